__kernel void warning(__global float* x) {
  __global int* y = x;
  y[get_global_id(0)] = 1;
}
