// Gaussian attention (Gregor et al., "DRAW", ICML 2015, section 3.2): a grid of SIZE x SIZE Gaussian
// filters, placed on an image [HEIGHT, WIDTH, CHANNELS] by five numbers, through which a patch
// [SIZE, SIZE, CHANNELS] is read (intensity Fy image Fx') or written (Fy' patch Fx / intensity).
// Operands are matrices with a row for each image, each with an offset and a stride.
//
// Every product is separable: the image is first contracted with Fy, over its rows, which lie
// contiguous, and the SIZE rows that are left with Fx; a patch is spread the other way round. So a
// read costs SIZE H W C + SIZE SIZE W C multiply-adds instead of SIZE SIZE H W C.
//
// A filter is normalised over the image's pixels (equations 25, 26) relative to its value at the
// pixel nearest to its centre, which is then 1: so the sum is never zero, wherever the window is.
//
// CPU: a work-item takes an image, in vectors. The last one of a line reaches into the next line,
// which is there, is harmless in a product with a filter, and is written later. GPU: a work-group
// takes an image; what all its items read is in local memory.
//
// Gradients compute filters and error images again: they are not kept for them.

#include "dialect/vector.h"
#include "dialect/functions.h"
#include "rows.h"

#ifndef HEIGHT
#define HEIGHT 28
#endif
#ifndef WIDTH
#define WIDTH 28
#endif
#ifndef CHANNELS
#define CHANNELS 1
#endif
#ifndef SIZE
#define SIZE 5
#endif
// Whether a read sees the error image too, image - sigmoid(canvas); which gradients are wanted.
#ifndef ERROR_IMAGE
#define ERROR_IMAGE 0
#endif
#ifndef IMAGE_GRADIENT
#define IMAGE_GRADIENT 0
#endif
#ifndef CANVAS_GRADIENT
#define CANVAS_GRADIENT 0
#endif
// 1 to write, -1 to take away what was written.
#ifndef SIGN
#define SIGN 1.0f
#endif

#define LINE (WIDTH * CHANNELS)
#define PATCH (SIZE * SIZE * CHANNELS)
// The image, and its error image.
#define IMAGES (1 + ERROR_IMAGE)

#ifdef CPU
// Lines are padded to whole vectors; the padding of a filter is zero.
#define PADDED(n) (((n) + VECTOR - 1) / VECTOR * VECTOR)
#define ITEM WORK_GROUP(1, 1)
#define FOR_ITEMS(i, n) for (int i = 0; i < (n); i++)
#define FOR_VECTORS(i, n) for (int i = 0; i < (n); i += VECTOR)
#define SCRATCH
#define SCRATCH_POINTER
#define SYNCHRONISE
#define load_scratch(p) vload8(0, p)
#define store_scratch(v, p) vstore8(v, 0, p)
#define POSITIONS ((vec)(1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f, 7.0f, 8.0f))
#else
#define PADDED(n) (n)
#define GROUP 64
#define ITEM WORK_GROUP(GROUP, 1)
#define FOR_ITEMS(i, n) for (int i = get_local_id(0); i < (n); i += GROUP)
#define FOR_VECTORS(i, n) FOR_ITEMS(i, n)
#define SCRATCH __local
#define SCRATCH_POINTER LOCAL_POINTER
#define SYNCHRONISE barrier(CLK_LOCAL_MEM_FENCE);
#define load_scratch(p) (*(p))
#define store_scratch(v, p) (*(p) = (v))
#define POSITIONS 1.0f
#endif

// How much of a vector from (x, y) may be touched: all but what lies behind the image.
#define COUNT(x, y) min(VECTOR, (HEIGHT - (y)) * LINE - (x))

#define SPAN PADDED(WIDTH)
#define RISE PADDED(HEIGHT)
#define PITCH PADDED(LINE)

#define ROW(name) ROW_OF(name, get_group_id(0))

INLINE float exp_of(float x) {
#ifdef CPU
  return f_exp((vec)(x)).s0;
#else
  return f_exp(x);
#endif
}

// One direction of the grid: filter i is centred at `first` + i `stride`.
typedef struct {
  float first;
  float stride;
  float precision;  // one over the variance
} Filters;

// How far filter i lies from the grid's centre, in strides.
INLINE float place(int i) { return (float)i - 0.5f * (float)(SIZE - 1); }

// The distance of two filters at stride 1: equation 24.
INLINE float unit() {
  return SIZE > 1 ? (float)(max(WIDTH, HEIGHT) - 1) / (float)(SIZE > 1 ? SIZE - 1 : 1) : 0.0f;
}

INLINE Filters filters(__global const float* window, int axis, int length) {
  Filters f;
  const float centre = 0.5f * (float)(length + 1) * (window[axis] + 1.0f);
  f.stride = unit() * exp_of(window[3]);
  f.first = centre + place(0) * f.stride;
  f.precision = exp_of(-window[2]);
  return f;
}

INLINE float filter_centre(Filters f, int i) { return f.first + (float)i * f.stride; }

INLINE float nearest_pixel(float centre, int length) {
  return min(max(floor(centre + 0.5f), 1.0f), (float)length);
}

// Equations 25 and 26: SIZE filters over `length` pixels, in rows of `pitch`.
INLINE void filterbank(SCRATCH_POINTER float* bank, Filters f, int length, int pitch) {
  FOR_ITEMS(i, SIZE) {
    const float centre = filter_centre(f, i);
    const float nearest = nearest_pixel(centre, length);
    vec sum = (vec)(0.0f);
    for (int a = 0; a < length; a += VECTOR) {
      const vec x = POSITIONS + (float)a;
      // (x - centre)^2 - (nearest - centre)^2
      const vec further = (x - nearest) * (x + nearest - 2.0f * centre);
      const vec value = keep_vec(f_exp(further * (-0.5f * f.precision)), length - a);
      store_scratch(value, bank + i * pitch + a);
      sum += value;
    }
    const float scale = 1.0f / sum_vec(sum);
    for (int a = 0; a < length; a += VECTOR) {
      store_scratch(load_scratch(bank + i * pitch + a) * scale, bank + i * pitch + a);
    }
  }
}

// Places both filterbanks of a window. Barriers are the caller's.
#define PLACE_FILTERS(window)                        \
  const Filters across = filters(window, 0, WIDTH);  \
  const Filters down = filters(window, 1, HEIGHT);   \
  const float intensity = exp_of((window)[4]);       \
  filterbank(fx, across, WIDTH, SPAN);               \
  filterbank(fy, down, HEIGHT, RISE);

// An image, or an error image, contracted over its rows: lines[i] = sum over y of fy[i, y] image[y].
INLINE void contract_rows(SCRATCH_POINTER const float* fy, __global const float* image,
                          SCRATCH_POINTER float* lines) {
  FOR_VECTORS(x, LINE) {
    vec sums[SIZE];
    for (int i = 0; i < SIZE; i++) sums[i] = (vec)(0.0f);
    for (int y = 0; y < HEIGHT; y++) {
      const vec pixels = load_vec(image + y * LINE + x, COUNT(x, y));
      for (int i = 0; i < SIZE; i++) sums[i] = fma(pixels, (vec)(fy[i * RISE + y]), sums[i]);
    }
    for (int i = 0; i < SIZE; i++) store_scratch(sums[i], lines + i * PITCH + x);
  }
}

#if ERROR_IMAGE

// On a CPU the gradient keeps what the canvas shows, sigmoid(canvas), from its first use to the next.
#ifdef CPU
#define SHOWN_PARAMETER , float* kept
#define SHOWN , shown_pixels
#define NO_SHOWN , 0
#define KEEP_SHOWN(v, x, y) \
  if (kept) vstore8(v, 0, kept + (y) * PITCH + (x));
#define SHOWN_AT(x, y) vload8(0, shown_pixels + (y) * PITCH + (x))
#else
#define SHOWN_PARAMETER
#define SHOWN
#define NO_SHOWN
#define KEEP_SHOWN(v, x, y)
#define SHOWN_AT(x, y) f_sigmoid(load_vec(ROW(canvas) + (y) * LINE + (x), 1))
#endif

// The same of an image and of its error image at once, whose lines follow those of the image.
INLINE void contract_both(SCRATCH_POINTER const float* fy, __global const float* image,
                          __global const float* canvas, SCRATCH_POINTER float* lines SHOWN_PARAMETER) {
  FOR_VECTORS(x, LINE) {
    vec sums[2 * SIZE];
    for (int i = 0; i < 2 * SIZE; i++) sums[i] = (vec)(0.0f);
    for (int y = 0; y < HEIGHT; y++) {
      const vec pixels = load_vec(image + y * LINE + x, COUNT(x, y));
      const vec canvas_pixels = f_sigmoid(load_vec(canvas + y * LINE + x, COUNT(x, y)));
      const vec errors = pixels - canvas_pixels;
      KEEP_SHOWN(canvas_pixels, x, y)
      for (int i = 0; i < SIZE; i++) {
        const vec filter = (vec)(fy[i * RISE + y]);
        sums[i] = fma(pixels, filter, sums[i]);
        sums[SIZE + i] = fma(errors, filter, sums[SIZE + i]);
      }
    }
    for (int i = 0; i < 2 * SIZE; i++) store_scratch(sums[i], lines + i * PITCH + x);
  }
}

#endif

// patch[i, j, c] = factor times the sum over x of lines[i, x, c] fx[j, x].
INLINE void contract_columns(SCRATCH_POINTER const float* fx, SCRATCH_POINTER const float* lines,
                             int rows, float factor, __global float* patch) {
  FOR_ITEMS(e, rows * SIZE * CHANNELS) {
    const int j = e / CHANNELS % SIZE, i = e / CHANNELS / SIZE;
#if CHANNELS == 1
    vec sum = (vec)(0.0f);
    for (int x = 0; x < WIDTH; x += VECTOR) {
      sum = fma(load_scratch(lines + i * PITCH + x), load_scratch(fx + j * SPAN + x), sum);
    }
    patch[e] = sum_vec(sum) * factor;
#else
    const int c = e % CHANNELS;
    float sum = 0.0f;
    for (int x = 0; x < WIDTH; x++) sum += lines[i * PITCH + x * CHANNELS + c] * fx[j * SPAN + x];
    patch[e] = sum * factor;
#endif
  }
}

// The adjoint: lines[i, x, c] = factor times the sum over j of patch[i, j, c] fx[j, x].
INLINE void spread_columns(SCRATCH_POINTER const float* fx, __global const float* patch, int rows,
                           float factor, SCRATCH_POINTER float* lines) {
#if CHANNELS == 1
  for (int i = 0; i < rows; i++) {
    FOR_VECTORS(x, WIDTH) {
      vec sum = (vec)(0.0f);
      for (int j = 0; j < SIZE; j++) {
        sum = fma(load_scratch(fx + j * SPAN + x), (vec)(patch[i * SIZE + j]), sum);
      }
      store_scratch(sum * factor, lines + i * PITCH + x);
    }
  }
#else
  FOR_ITEMS(e, rows * LINE) {
    const int c = e % CHANNELS, x = e / CHANNELS % WIDTH, i = e / LINE;
    float sum = 0.0f;
    for (int j = 0; j < SIZE; j++) sum += fx[j * SPAN + x] * patch[(i * SIZE + j) * CHANNELS + c];
    lines[i * PITCH + x * CHANNELS + c] = sum * factor;
  }
#endif
}

// The gradient by fx of what contract_columns and spread_columns compute:
// d_fx[j, x] = factor times the sum over i and c of patch[i, j, c] lines[i, x, c].
INLINE void column_gradient(__global const float* patch, SCRATCH_POINTER const float* lines,
                            int rows, float factor, SCRATCH_POINTER float* d_fx) {
#if CHANNELS == 1
  for (int j = 0; j < SIZE; j++) {
    FOR_VECTORS(x, WIDTH) {
      vec sum = (vec)(0.0f);
      for (int i = 0; i < rows; i++) {
        sum = fma(load_scratch(lines + i * PITCH + x), (vec)(patch[i * SIZE + j]), sum);
      }
      store_scratch(sum * factor, d_fx + j * SPAN + x);
    }
  }
#else
  FOR_ITEMS(e, SIZE * WIDTH) {
    const int x = e % WIDTH, j = e / WIDTH;
    float sum = 0.0f;
    for (int i = 0; i < rows; i++) {
      for (int c = 0; c < CHANNELS; c++) {
        sum += patch[(i * SIZE + j) * CHANNELS + c] * lines[i * PITCH + x * CHANNELS + c];
      }
    }
    d_fx[j * SPAN + x] = sum * factor;
  }
#endif
}

// From the gradient by a filterbank those by each filter's centre (terms[i]) and by the logarithm of
// the variance (terms[SIZE + i]), and the share of the intensity (terms[2 SIZE + i]): the sum of
// filter times gradient. A filter's changes sum to zero, so that distances may be taken relative to
// that of the nearest pixel: those of a window far off would cancel, and leave their rounding errors.
INLINE void filter_gradient(SCRATCH_POINTER const float* bank, SCRATCH_POINTER const float* d_bank,
                            Filters f, int length, int pitch, SCRATCH_POINTER float* terms) {
  FOR_ITEMS(i, SIZE) {
    const float centre = filter_centre(f, i);
    const float nearest = nearest_pixel(centre, length);
    vec mean = (vec)(0.0f);
    for (int a = 0; a < length; a += VECTOR) {
      mean += keep_vec(load_scratch(bank + i * pitch + a) * load_scratch(d_bank + i * pitch + a),
                       length - a);
    }
    const float share = sum_vec(mean);
    vec by_centre = (vec)(0.0f), by_variance = (vec)(0.0f);
    for (int a = 0; a < length; a += VECTOR) {
      const vec from_mean = load_scratch(d_bank + i * pitch + a) - share;
      const vec d =
          keep_vec(load_scratch(bank + i * pitch + a) * from_mean, length - a) * f.precision;
      const vec x = POSITIONS + (float)a;
      by_centre += d * (x - nearest);
      by_variance += d * (x - nearest) * (x + nearest - 2.0f * centre);
    }
    terms[i] = sum_vec(by_centre);
    terms[SIZE + i] = 0.5f * sum_vec(by_variance);
    terms[2 * SIZE + i] = share;
  }
}

// The gradient by the five numbers, from the terms of both filterbanks; `sign` is that of the
// intensity's exponent.
INLINE void window_gradient(SCRATCH_POINTER const float* of_x, SCRATCH_POINTER const float* of_y,
                            float stride, float sign, __global float* d_window) {
  FOR_ITEMS(item, 1) {
    float gx = 0.0f, gy = 0.0f, variance = 0.0f, apart = 0.0f, intensity = 0.0f;
    for (int i = 0; i < SIZE; i++) {
      gx += of_x[i];
      gy += of_y[i];
      apart += place(i) * (of_x[i] + of_y[i]);
      variance += of_x[SIZE + i] + of_y[SIZE + i];
      intensity += of_x[2 * SIZE + i];
    }
    d_window[0] = gx * 0.5f * (float)(WIDTH + 1);
    d_window[1] = gy * 0.5f * (float)(HEIGHT + 1);
    d_window[2] = variance;
    d_window[3] = apart * stride;
    d_window[4] = intensity * sign;
  }
}

__kernel ITEM void attention_read(MATRIX(image),
#if ERROR_IMAGE
                                  MATRIX(canvas),
#endif
                                  MATRIX(window), RESULT(patch)) {
  SCRATCH float fx[SIZE * SPAN], fy[SIZE * RISE], lines[IMAGES * SIZE * PITCH];
  PLACE_FILTERS(ROW(window))
  SYNCHRONISE
#if ERROR_IMAGE
  contract_both(fy, ROW(image), ROW(canvas), lines NO_SHOWN);
#else
  contract_rows(fy, ROW(image), lines);
#endif
  SYNCHRONISE
  contract_columns(fx, lines, IMAGES * SIZE, intensity, ROW(patch));
}

__kernel ITEM void attention_read_gradient(MATRIX(image),
#if ERROR_IMAGE
                                           MATRIX(canvas),
#endif
                                           MATRIX(window), MATRIX(d_patch),
#if IMAGE_GRADIENT
                                           RESULT(d_image),
#endif
#if CANVAS_GRADIENT
                                           RESULT(d_canvas),
#endif
                                           RESULT(d_window)) {
  SCRATCH float fx[SIZE * SPAN], fy[SIZE * RISE], lines[IMAGES * SIZE * PITCH];
  SCRATCH float d_fx[SIZE * SPAN], d_fy[SIZE * RISE], terms_x[3 * SIZE], terms_y[3 * SIZE];
#if defined(CPU) && ERROR_IMAGE
  float shown_pixels[HEIGHT * PITCH];
#endif
  PLACE_FILTERS(ROW(window))
  SYNCHRONISE
#if ERROR_IMAGE
  contract_both(fy, ROW(image), ROW(canvas), lines SHOWN);
#else
  contract_rows(fy, ROW(image), lines);
#endif
  SYNCHRONISE
  column_gradient(ROW(d_patch), lines, IMAGES * SIZE, intensity, d_fx);
  SYNCHRONISE
  spread_columns(fx, ROW(d_patch), IMAGES * SIZE, intensity, lines);
  SYNCHRONISE
  FOR_ITEMS(y, HEIGHT) {
    vec sums[SIZE];
    for (int i = 0; i < SIZE; i++) sums[i] = (vec)(0.0f);
    for (int x = 0; x < LINE; x += VECTOR) {
      const int inside = LINE - x;
      const vec pixels = keep_vec(load_vec(ROW(image) + y * LINE + x, COUNT(x, y)), inside);
      vec by_image = (vec)(0.0f);
      for (int i = 0; i < SIZE; i++) {
        const vec line = load_scratch(lines + i * PITCH + x);
        sums[i] = fma(line, pixels, sums[i]);
        by_image = fma(line, (vec)(fy[i * RISE + y]), by_image);
      }
#if ERROR_IMAGE
      const vec shown = SHOWN_AT(x, y);
      const vec errors = keep_vec(pixels - shown, inside);
      vec by_error = (vec)(0.0f);
      for (int i = 0; i < SIZE; i++) {
        const vec line = load_scratch(lines + (SIZE + i) * PITCH + x);
        sums[i] = fma(line, errors, sums[i]);
        by_error = fma(line, (vec)(fy[i * RISE + y]), by_error);
      }
      by_image += by_error;
#if CANVAS_GRADIENT
      store_vec(-f_sigmoid_gradient(shown, by_error), ROW(d_canvas) + y * LINE + x, COUNT(x, y));
#endif
#endif
#if IMAGE_GRADIENT
      store_vec(by_image, ROW(d_image) + y * LINE + x, COUNT(x, y));
#endif
    }
    for (int i = 0; i < SIZE; i++) d_fy[i * RISE + y] = sum_vec(sums[i]);
  }
  SYNCHRONISE
  filter_gradient(fx, d_fx, across, WIDTH, SPAN, terms_x);
  filter_gradient(fy, d_fy, down, HEIGHT, RISE, terms_y);
  SYNCHRONISE
  window_gradient(terms_x, terms_y, across.stride, 1.0f, ROW(d_window));
}

__kernel ITEM void attention_write(MATRIX(canvas), MATRIX(patch), MATRIX(window),
                                   RESULT(new_canvas)) {
  SCRATCH float fx[SIZE * SPAN], fy[SIZE * RISE], lines[SIZE * PITCH];
  PLACE_FILTERS(ROW(window))
  SYNCHRONISE
  spread_columns(fx, ROW(patch), SIZE, SIGN / intensity, lines);
  SYNCHRONISE
  for (int y = 0; y < HEIGHT; y++) {
    FOR_VECTORS(x, LINE) {
      vec sum = load_vec(ROW(canvas) + y * LINE + x, COUNT(x, y));
      for (int i = 0; i < SIZE; i++) {
        sum = fma(load_scratch(lines + i * PITCH + x), (vec)(fy[i * RISE + y]), sum);
      }
      store_vec(sum, ROW(new_canvas) + y * LINE + x, COUNT(x, y));
    }
  }
}

__kernel ITEM void attention_write_gradient(MATRIX(patch), MATRIX(window), MATRIX(d_canvas),
                                            RESULT(d_patch), RESULT(d_window)) {
  SCRATCH float fx[SIZE * SPAN], fy[SIZE * RISE], lines[SIZE * PITCH];
  SCRATCH float d_fx[SIZE * SPAN], d_fy[SIZE * RISE], terms_x[3 * SIZE], terms_y[3 * SIZE];
  PLACE_FILTERS(ROW(window))
  SYNCHRONISE
  const float factor = 1.0f / intensity;
  contract_rows(fy, ROW(d_canvas), lines);
  SYNCHRONISE
  contract_columns(fx, lines, SIZE, factor, ROW(d_patch));
  column_gradient(ROW(patch), lines, SIZE, factor, d_fx);
  SYNCHRONISE
  spread_columns(fx, ROW(patch), SIZE, factor, lines);
  SYNCHRONISE
  FOR_ITEMS(y, HEIGHT) {
    vec sums[SIZE];
    for (int i = 0; i < SIZE; i++) sums[i] = (vec)(0.0f);
    for (int x = 0; x < LINE; x += VECTOR) {
      const vec d = keep_vec(load_vec(ROW(d_canvas) + y * LINE + x, COUNT(x, y)), LINE - x);
      for (int i = 0; i < SIZE; i++) {
        sums[i] = fma(d, load_scratch(lines + i * PITCH + x), sums[i]);
      }
    }
    for (int i = 0; i < SIZE; i++) d_fy[i * RISE + y] = sum_vec(sums[i]);
  }
  SYNCHRONISE
  filter_gradient(fx, d_fx, across, WIDTH, SPAN, terms_x);
  filter_gradient(fy, d_fy, down, HEIGHT, RISE, terms_y);
  SYNCHRONISE
  window_gradient(terms_x, terms_y, across.stride, -1.0f, ROW(d_window));
}
