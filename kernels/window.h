// How a convolution walks an image [batch, height, width, channels], and the rows of patches that
// make it a matrix product: row r holds, tap by tap, the channels under the window of output r.
//
// Whoever includes this has defined SCATTER. With 0, output o of an axis sees tap t at input
// o stride - padding + t dilation. With 1, the adjoint, input i adds its tap t to output i stride -
// padding + t dilation: seen from an output, the taps that reach it depend on its phase, the remainder
// by the stride, and among the outputs of one phase everything is again a convolution, of stride one.

#define WINDOW_PARAMETERS                                                                      \
  const int batch, const int height, const int width, const int channels, const int out_height, \
      const int out_width, const int kernel_height, const int kernel_width,                    \
      const int stride_height, const int stride_width, const int padding_height,               \
      const int padding_width, const int dilation_height, const int dilation_width

// One axis for the outputs of one phase: output number o of `size` sees tap number j of `taps` at
// input o * stride + origin + j * spacing; that tap's weight is number first + j * step.
typedef struct {
  int taps, first, step, origin, stride, spacing, size;
} Axis;

INLINE Axis window_axis(int scatter, int kernel_size, int stride, int padding, int dilation, int out,
                        int phase) {
  Axis axis;
  if (scatter) {
    // Taps that reach this phase are `step` apart; the last one reaches furthest back.
    int step = 1, tap = 0;
    while (step * dilation % stride != 0) step++;
    while (tap < kernel_size && (phase + padding - tap * dilation) % stride != 0) tap++;
    axis.taps = tap < kernel_size ? (kernel_size - 1 - tap) / step + 1 : 0;
    axis.first = tap + (axis.taps - 1) * step;
    axis.step = -step;
    axis.origin = (phase + padding - axis.first * dilation) / stride;
    axis.stride = 1;
    axis.spacing = step * dilation / stride;
    axis.size = out > phase ? (out - phase + stride - 1) / stride : 0;
  } else {
    axis.taps = kernel_size;
    axis.first = 0;
    axis.step = 1;
    axis.origin = -padding;
    axis.stride = stride;
    axis.spacing = dilation;
    axis.size = out;
  }
  return axis;
}

#define VERTICAL_AXIS(phase)                                                                   \
  window_axis(SCATTER, kernel_height, stride_height, padding_height, dilation_height,          \
              out_height, (phase) / stride_width)
#define HORIZONTAL_AXIS(phase)                                                                 \
  window_axis(SCATTER, kernel_width, stride_width, padding_width, dilation_width, out_width,   \
              (phase) % stride_width)
// The output at a place within a phase, or of number `row` within it, as a row of the whole result.
#define OUTPUT_AT(image, line, across, phase)                                                  \
  (((image) * out_height + (line) * stride_height + (phase) / stride_width) * out_width +      \
   (across) * stride_width + (phase) % stride_width)
#define OUTPUT_ROW(row, phase, vertical, horizontal)                                           \
  (SCATTER ? OUTPUT_AT((row) / (horizontal.size * vertical.size),                              \
                       (row) / horizontal.size % vertical.size, (row) % horizontal.size, phase) \
           : (row))

#ifdef CPU

// `length` floats of a row of patches, from the image or zero where they lie outside of it: `image`
// points to where float 0 would be; those in [low, high) are inside. A short run inside is copied
// with up to seven floats behind it, which the next run overwrites, unless they end beyond `end`.
INLINE void copy_run(__global const float* image, int low, int high, int length,
                     __global const float* end, __global float* patch) {
  if (low == 0 && high == length && length < VECTOR && image + VECTOR <= end) {
    vstore8(vload8(0, image), 0, patch);
    return;
  }
  int i = 0;
  for (; i < low; i++) patch[i] = 0.0f;
  for (; i + VECTOR <= high; i += VECTOR) vstore8(vload8(0, image + i), 0, patch + i);
  for (; i < high; i++) patch[i] = image[i];
  for (; i < length; i++) patch[i] = 0.0f;
}

// `lines` lines of an image from line `top` on, `pitch` floats apart, each from `left` pixels before the
// image on; zero where they lie outside of it. `end` is that of all images.
INLINE void pad_lines(__global const float* image, const int height, const int width,
                      const int channels, const int top, const int left, const int lines,
                      __global const float* end, __global float* padded, const int pitch) {
  for (int line = 0; line < lines; line++) {
    const int iy = top + line;
    const int outside = iy < 0 || iy >= height;
    copy_run(image + (iy * width - left) * channels, outside ? pitch : left * channels,
             outside ? pitch : min((left + width) * channels, pitch), pitch, end,
             padded + line * pitch);
  }
}

// The rows of patches of outputs first to last - 1 of a phase, `pitch` floats apart; of each row the
// floats [from, to), which are whole taps or, where `channels` is large, part of one. Behind each row
// of patches there is room for a vector.
OUT_OF_LINE void fill_patches(__global const float* x, const int batch, const int height,
                              const int width, const int channels, const Axis vertical,
                              const Axis horizontal, const int first, const int last,
                              const int from, const int to, __global float* patches,
                              const int pitch) {
  // With neighbouring taps a whole line of the window is one run of floats.
  const int together = horizontal.spacing == 1 ? max(1, horizontal.taps) : 1;
  const int run = together * channels;
  const int first_run = from / run;
  const int first_line = first_run * together / max(1, horizontal.taps);
  const int first_tap = first_run * together - first_line * horizontal.taps;
  __global const float* end = x + batch * height * width * channels;
  int column = first % horizontal.size;
  int line = first / horizontal.size % vertical.size;
  int image = first / horizontal.size / vertical.size;
  for (int row = first; row < last; row++) {
    __global float* patch = patches + (row - first) * pitch;
    __global const float* source = x + image * height * width * channels;
    const int top = line * vertical.stride + vertical.origin;
    const int left = column * horizontal.stride + horizontal.origin;
    int number = first_line, tap = first_tap;
    for (int at = first_run * run; at < to; at += run) {
      const int iy = top + number * vertical.spacing;
      const int ix = left + tap * horizontal.spacing;
      const int begin = max(at, from), stop = min(at + run, to);
      int low = max(0, -ix) * channels + at, high = (width - ix) * channels + at;
      if (iy < 0 || iy >= height) high = 0;
      low = min(max(low, begin), stop);
      high = max(min(high, stop), low);
      copy_run(source + (iy * width + ix) * channels + begin - at, low - begin, high - begin,
               stop - begin, end, patch + begin - from);
      tap += together;
      if (tap == horizontal.taps) {
        tap = 0;
        number++;
      }
    }
    if (++column == horizontal.size) {
      column = 0;
      if (++line == vertical.size) {
        line = 0;
        image++;
      }
    }
  }
}

#else

// A number that divides others again and again: a GPU multiplies faster than it divides.
typedef struct {
  uint by, inverse;
} Divisor;

INLINE void set_divisor(Divisor* d, const int by) {
  d->by = max(1, by);
  d->inverse = 0xffffffffu / d->by;
}

// n / d for any n >= 0: the product with the inverse is the quotient or one less.
INLINE int quotient(const int n, const Divisor d) {
  const uint q = mul_hi((uint)n, d.inverse);
  return (uint)n - q * d.by >= d.by ? q + 1 : q;
}

// What numbers of outputs and of elements of a patch are divided by.
typedef struct {
  Divisor columns, lines, channels, taps;
} Divisors;

INLINE void set_divisors(Divisors* d, const int channels, const Axis vertical,
                         const Axis horizontal) {
  set_divisor(&d->columns, horizontal.size);
  set_divisor(&d->lines, vertical.size);
  set_divisor(&d->channels, channels);
  set_divisor(&d->taps, horizontal.taps);
}

// Where an element of a patch lies: the sum of where the window of its output begins and of where its
// tap and channel are in the window.
typedef struct {
  int at, y, x;
} Place;

INLINE void output_place(Place* place, const int row, const int height, const int width,
                         const int channels, const Axis vertical, const Axis horizontal,
                         const Divisors divisors) {
  const int above = quotient(row, divisors.columns);
  const int image = quotient(above, divisors.lines);
  place->y = (above - image * vertical.size) * vertical.stride + vertical.origin;
  place->x = (row - above * horizontal.size) * horizontal.stride + horizontal.origin;
  place->at = ((image * height + place->y) * width + place->x) * channels;
}

INLINE void tap_place(Place* place, const int k, const int width, const int channels,
                      const Axis vertical, const Axis horizontal, const Divisors divisors) {
  const int number = quotient(k, divisors.channels);
  const int line = quotient(number, divisors.taps);
  place->y = line * vertical.spacing;
  place->x = (number - line * horizontal.taps) * horizontal.spacing;
  place->at = (place->y * width + place->x) * channels + k - number * channels;
}

INLINE float patch_element(__global const float* restrict x, const int height, const int width,
                           const Place output, const Place tap) {
  const int iy = output.y + tap.y, ix = output.x + tap.x;
  return iy >= 0 && iy < height && ix >= 0 && ix < width ? x[output.at + tap.at] : 0.0f;
}

#endif
