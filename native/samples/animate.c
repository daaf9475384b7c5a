/* Lets DRAW draw a digit in the terminal, glimpse by glimpse: animate MODEL.glimpse [SEED]
 * A model that takes labels draws that of the seed's last digit. */
#define _POSIX_C_SOURCE 199309L
#include <glimpse.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int write_labels(glimpse_function* animate, uint64_t seed) {
  glimpse_tensor labels;
  if (glimpse_input_count(animate) == 0) return GLIMPSE_OK;
  if (glimpse_input(animate, 0, &labels)) return GLIMPSE_INVALID_ARGUMENT;
  const uint32_t classes = labels.shape[1];
  float* rows = calloc(labels.count, sizeof *rows);
  for (uint32_t i = 0; rows && i < labels.shape[0]; i++) rows[i * classes + seed % classes] = 1;
  const int status = glimpse_write(animate, labels.name, rows, labels.count);
  free(rows);
  return status;
}

int main(int argc, char** argv) {
  glimpse_model* model;
  glimpse_function* animate;
  glimpse_tensor frames = {0};
  float* pixels = NULL;
  uint32_t height, width, channels;
  if (argc < 2) {
    return fputs("animate MODEL.glimpse [SEED]\n", stderr), 1;
  }
  const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  if (glimpse_open(argv[1], NULL, &model) ||
      glimpse_images(model, &height, &width, &channels, NULL) ||
      glimpse_function_open(model, "animate", 0, &animate) || glimpse_output(animate, 0, &frames) ||
      write_labels(animate, seed) || glimpse_seed(animate, seed) || glimpse_run(animate) ||
      (pixels = malloc(frames.count * sizeof *pixels)) == NULL ||
      glimpse_read(animate, "frames", pixels, frames.count)) {
    return fprintf(stderr, "%s: %s\n", argv[1], glimpse_error()), 1;
  }
  const struct timespec pause = {0, 60000000};
  /* The batch's first image, after each glimpse. */
  for (uint32_t t = 0; t < frames.shape[0]; t += glimpse_batch(animate)) {
    const float* pixel = pixels + t * (size_t)height * width * channels;
    printf("\033[H\033[2J"); /* clears the terminal */
    for (size_t i = 0; i < (size_t)height * width; i++) {
      float sum = 0;
      for (uint32_t c = 0; c < channels; c++) sum += *pixel++;
      const int shade = (int)(sum / (float)channels * 9.99f);
      printf("%c%c%s", " .:-=+*#%@"[shade], " .:-=+*#%@"[shade], (i + 1) % width ? "" : "\n");
    }
    fflush(stdout);
    nanosleep(&pause, NULL);
  }
  free(pixels);
  glimpse_close(model);
  return 0;
}
