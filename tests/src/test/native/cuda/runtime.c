// A stand-in for libcudart.so.13, which the presets' bindings want to be there and the back end never
// calls.
int cudaRuntimeGetVersion(int *version) {
  *version = 13010;
  return 0;
}
