/* Reads the digit in a picture: classify MODEL.glimpse IN.pgm */
#include <glimpse.h>
#include <stdio.h>
#include <stdlib.h>

static int fail(const char* why) {
  fprintf(stderr, "classify MODEL.glimpse IN.pgm: %s\n", why);
  return 1;
}

int main(int argc, char** argv) {
  glimpse_model* model;
  glimpse_function* classify;
  uint32_t height, width, classes;
  if (argc != 3 || glimpse_open(argv[1], NULL, &model) ||
      glimpse_images(model, &height, &width, NULL, &classes) ||
      glimpse_function_open(model, "classify", 1, &classify)) {
    return fail(glimpse_error());
  }
  const size_t count = (size_t)height * width;
  float* image = calloc(count, sizeof *image);
  float* probabilities = calloc(classes, sizeof *probabilities);
  FILE* in = fopen(argv[2], "rb");
  unsigned w, h;
  if (image == NULL || probabilities == NULL || in == NULL ||
      fscanf(in, "P5 %u %u 255%*c", &w, &h) != 2 || w != width || h != height) {
    return fail("the picture must be a PGM (P5) of the model's size");
  }
  for (size_t i = 0; i < count; i++) {
    image[i] = (float)fgetc(in) / 255;
  }
  fclose(in);
  if (glimpse_write(classify, "images", image, count) || glimpse_run(classify) ||
      glimpse_read(classify, "probabilities", probabilities, classes)) {
    return fail(glimpse_error());
  }
  for (uint32_t label = 0; label < classes; label++) {
    printf("%u: %5.1f%%\n", label, 100 * (double)probabilities[label]);
  }
  free(image);
  free(probabilities);
  glimpse_close(model);
  return 0;
}
