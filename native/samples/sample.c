/* Draws 16 digits, each label in turn if the model takes labels: sample MODEL.glimpse DIGITS.pgm */
#include <glimpse.h>
#include <stdio.h>
#include <stdlib.h>

static int write_labels(glimpse_function* sample) {
  glimpse_tensor labels;
  if (glimpse_input_count(sample) == 0) return GLIMPSE_OK;
  if (glimpse_input(sample, 0, &labels)) return GLIMPSE_INVALID_ARGUMENT;
  const uint32_t classes = labels.shape[1];
  float* rows = calloc(labels.count, sizeof *rows);
  for (uint32_t i = 0; rows && i < labels.shape[0]; i++) rows[i * classes + i % classes] = 1;
  const int status = glimpse_write(sample, labels.name, rows, labels.count);
  free(rows);
  return status;
}

int main(int argc, char** argv) {
  static float images[16 * 28 * 28];
  glimpse_model* model;
  glimpse_function* sample;
  if (argc != 3) return fputs("sample MODEL.glimpse DIGITS.pgm\n", stderr), 1;
  if (glimpse_open(argv[1], NULL, &model) || glimpse_function_open(model, "sample", 16, &sample) ||
      write_labels(sample) || glimpse_seed(sample, 1) || glimpse_run(sample) ||
      glimpse_read(sample, "samples", images, 16 * 28 * 28)) {
    return fprintf(stderr, "%s: %s\n", argv[1], glimpse_error()), 1;
  }
  FILE* file = fopen(argv[2], "wb");
  if (file == NULL) return perror(argv[2]), 1;
  fprintf(file, "P5 28 %d 255\n", 16 * 28);
  for (int i = 0; i < 16 * 28 * 28; i++) fputc((int)(255 * images[i] + 0.5f), file);
  glimpse_close(model);
  return fclose(file) != 0;
}
