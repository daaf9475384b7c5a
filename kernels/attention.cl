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
// Gradients compute filters and error images again: they are not kept for them.
//
// The kernels are in attention_cpu.h, where a work-item takes an image, and in attention_gpu.h, where
// a work-group does.

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
// Whether a GPU keeps images in local memory.
#ifndef STAGED
#define STAGED 0
#endif
// 1 to write, -1 to take away what was written.
#ifndef SIGN
#define SIGN 1.0f
#endif

#define LINE (WIDTH * CHANNELS)
#define PATCH (SIZE * SIZE * CHANNELS)
// The image, and its error image.
#define IMAGES (1 + ERROR_IMAGE)

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

#ifdef CPU
#include "attention_cpu.h"
#else
#include "attention_gpu.h"
#endif
