/* Reads binary PGM pictures, for the samples that take one. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>

/* The next number of a header, in which comments go from # to the end of the line; 0 for none. */
static unsigned pgm_number(FILE* in) {
  int c = fgetc(in);
  for (int comment = 0; comment || isspace(c) || c == '#'; c = fgetc(in)) {
    if (c == EOF) return 0;
    comment = c == '#' || (comment && c != '\n');
  }
  unsigned number = 0;
  return ungetc(c, in) != EOF && fscanf(in, "%9u", &number) == 1 ? number : 0;
}

static const char* pgm_read_from(FILE* in, uint32_t width, uint32_t height, float* pixels) {
  if (fgetc(in) != 'P' || fgetc(in) != '5') {
    return "the picture is no binary PGM (P5)";
  }
  if (pgm_number(in) != width || pgm_number(in) != height) {
    return "the picture is not of the model's size";
  }
  if (pgm_number(in) != 255 || !isspace(fgetc(in))) {
    return "the picture's values must go to 255";
  }
  for (size_t i = 0; i < (size_t)height * width; i++) {
    const int value = fgetc(in);
    if (value == EOF) {
      return "the picture is cut off";
    }
    pixels[i] = (float)value / 255;
  }
  return NULL;
}

/* Reads a picture of a size, to pixels in [0, 1]. Returns NULL, or what is wrong. */
static const char* pgm_read(const char* path, uint32_t width, uint32_t height, float* pixels) {
  FILE* in = fopen(path, "rb");
  if (in == NULL) {
    return "the picture cannot be opened";
  }
  const char* wrong = pgm_read_from(in, width, height, pixels);
  fclose(in);
  return wrong;
}
