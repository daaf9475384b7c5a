/* Reads the digit in a picture: classify MODEL.glimpse IN.pgm */
#include <glimpse.h>
#include <stdio.h>
#include <stdlib.h>

#include "pgm.h"

static int fail(const char* why) {
  fprintf(stderr, "classify: %s\n", why);
  return 1;
}

int main(int argc, char** argv) {
  glimpse_model* model;
  glimpse_function* classify;
  uint32_t height, width, classes;
  if (argc != 3) {
    return fputs("classify MODEL.glimpse IN.pgm\n", stderr), 1;
  }
  if (glimpse_open(argv[1], NULL, &model) ||
      glimpse_images(model, &height, &width, NULL, &classes) ||
      glimpse_function_open(model, "classify", 1, &classify)) {
    return fail(glimpse_error());
  }
  const size_t count = (size_t)height * width;
  float* image = calloc(count, sizeof *image);
  float* probabilities = calloc(classes, sizeof *probabilities);
  if (image == NULL || probabilities == NULL) {
    return fail("out of memory");
  }
  const char* wrong = pgm_read(argv[2], width, height, image);
  if (wrong != NULL) {
    return fail(wrong);
  }
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
