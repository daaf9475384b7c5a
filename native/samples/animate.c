/* Lets DRAW draw a digit in the terminal, glimpse by glimpse: animate MODEL.glimpse [SEED] */
#define _POSIX_C_SOURCE 199309L
#include <glimpse.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char** argv) {
  glimpse_model* model;
  glimpse_function* animate;
  glimpse_tensor frames = {0};
  float* pixels = NULL;
  uint32_t height, width;
  if (argc < 2 || glimpse_open(argv[1], NULL, &model) ||
      glimpse_images(model, &height, &width, NULL, NULL) ||
      glimpse_function_open(model, "animate", 1, &animate) || glimpse_output(animate, 0, &frames) ||
      glimpse_seed(animate, argc > 2 ? strtoull(argv[2], NULL, 10) : 1) || glimpse_run(animate) ||
      (pixels = malloc(frames.count * sizeof *pixels)) == NULL ||
      glimpse_read(animate, "frames", pixels, frames.count)) {
    return fprintf(stderr, "animate MODEL.glimpse [SEED]: %s\n", glimpse_error()), 1;
  }
  const struct timespec pause = {0, 60000000};
  for (uint32_t t = 0; t < frames.shape[0]; t++) {
    printf("\033[H\033[2J"); /* clears the terminal */
    for (size_t i = 0; i < (size_t)height * width; i++) {
      const int shade = (int)(pixels[t * (size_t)height * width + i] * 9.99f);
      printf("%c%c%s", " .:-=+*#%@"[shade], " .:-=+*#%@"[shade], (i + 1) % width ? "" : "\n");
    }
    fflush(stdout);
    nanosleep(&pause, NULL);
  }
  free(pixels);
  glimpse_close(model);
  return 0;
}
