/* Completes an image of which a part is given: complete MODEL.glimpse IN.pgm OUT.pgm
 * The model (train cvae --condition quadrants) looks only at the part that it was trained to see. */
#include <glimpse.h>
#include <stdio.h>
#include <stdlib.h>

#include "pgm.h"

static int fail(const char* why) {
  fprintf(stderr, "complete: %s\n", why);
  return 1;
}

int main(int argc, char** argv) {
  glimpse_model* model;
  glimpse_function* complete;
  uint32_t height, width;
  if (argc != 4) {
    return fputs("complete MODEL.glimpse IN.pgm OUT.pgm\n", stderr), 1;
  }
  if (glimpse_open(argv[1], NULL, &model) || glimpse_images(model, &height, &width, NULL, NULL) ||
      glimpse_function_open(model, "complete", 1, &complete)) {
    return fail(glimpse_error());
  }
  const size_t count = (size_t)height * width;
  float* image = calloc(count, sizeof *image);
  if (image == NULL) {
    return fail("out of memory");
  }
  const char* wrong = pgm_read(argv[2], width, height, image);
  if (wrong != NULL) {
    return fail(wrong);
  }
  if (glimpse_write(complete, "images", image, count) || glimpse_seed(complete, 1) ||
      glimpse_run(complete) || glimpse_read(complete, "completions", image, count)) {
    return fail(glimpse_error());
  }
  FILE* out = fopen(argv[3], "wb");
  if (out == NULL) {
    return fail("cannot write the result");
  }
  fprintf(out, "P5 %u %u 255\n", width, height);
  for (size_t i = 0; i < count; i++) {
    fputc((int)(255 * image[i] + 0.5f), out);
  }
  free(image);
  glimpse_close(model);
  return fclose(out) != 0;
}
