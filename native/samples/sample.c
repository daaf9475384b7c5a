/* Draws 16 digits: sample MODEL.glimpse DIGITS.pgm */
#include <glimpse.h>
#include <stdio.h>

int main(int argc, char** argv) {
  static float images[16 * 28 * 28];
  glimpse_model* model;
  glimpse_function* sample;
  if (argc != 3 || glimpse_open(argv[1], NULL, &model) ||
      glimpse_function_open(model, "sample", 16, &sample) || glimpse_seed(sample, 1) ||
      glimpse_run(sample) || glimpse_read(sample, "samples", images, 16 * 28 * 28)) {
    return fprintf(stderr, "sample MODEL.glimpse DIGITS.pgm: %s\n", glimpse_error()), 1;
  }
  FILE* file = fopen(argv[2], "wb");
  if (file == NULL) return perror(argv[2]), 1;
  fprintf(file, "P5 28 %d 255\n", 16 * 28);
  for (int i = 0; i < 16 * 28 * 28; i++) fputc((int)(255 * images[i] + 0.5f), file);
  glimpse_close(model);
  return fclose(file) != 0;
}
