// Enlarges images [batch, height, width, channels] by a whole factor, and the adjoint.
//
//   NEAREST 1: every pixel becomes factor x factor of itself.
//   NEAREST 0: bilinear, with pixels as areas ("align corners" off): output o lies at input
//              (o + 1/2) / factor - 1/2, and beyond the outermost pixels stays at their value.
//
// upsample_gradient gathers: an input sums over all outputs that it has a part in.
// CPU: a work-item computes line id 1 (batch x height) of its result. GPU: one element of it.
//
// Cost: 4 multiply-adds an output, at most 9 factor^2 an input; bound by memory.

#include "dialect/vector.h"
#include "lines.h"

#ifndef NEAREST
#define NEAREST 0
#endif

// The inputs below and above an output along an axis, and the share of the one above.
typedef struct {
  int low, high;
  float share;
} Between;

INLINE Between between(int out, int factor, int size) {
  Between b;
#if NEAREST
  b.low = out / factor;
  b.high = b.low;
  b.share = 0.0f;
#else
  const float at = ((float)out + 0.5f) / (float)factor - 0.5f;
  const float inside = at < 0.0f ? 0.0f : at;
  b.low = (int)inside;
  b.high = min(b.low + 1, size - 1);
  b.share = inside - (float)b.low;
#endif
  return b;
}

// The part that an input has in an output.
INLINE float part(int in, int out, int factor, int size) {
  const Between b = between(out, factor, size);
  return (b.low == in ? 1.0f - b.share : 0.0f) + (b.high == in ? b.share : 0.0f);
}

// OpenCL has a function `upsample` of its own, which a kernel of that name would only overload.
__kernel ITEM void upsample_images(__global const float* restrict x, __global float* restrict y,
                                   const int height, const int width, const int channels,
                                   const int factor) {
  const int line = get_global_id(1);
  const Between down = between(line % (height * factor), factor, height);
  __global const float* image = x + line / (height * factor) * height * width * channels;
  FOR_ELEMENTS(width * factor) {
    const int count = min(VECTOR, channels - c);
    const Between across = between(column, factor, width);
    __global const float* low = image + down.low * width * channels + c;
    const vec left = load_vec(low + across.low * channels, count);
#if NEAREST
    const vec value = left;
#else
    __global const float* high = image + down.high * width * channels + c;
    const vec right = load_vec(low + across.high * channels, count);
    const vec left_below = load_vec(high + across.low * channels, count);
    const vec right_below = load_vec(high + across.high * channels, count);
    const vec upper = left * (1.0f - across.share) + right * across.share;
    const vec lower = left_below * (1.0f - across.share) + right_below * across.share;
    const vec value = upper * (1.0f - down.share) + lower * down.share;
#endif
    store_vec(value, y + (line * width * factor + column) * channels + c, count);
  }
}

__kernel ITEM void upsample_gradient(__global const float* restrict dy, __global float* restrict dx,
                                     const int height, const int width, const int channels,
                                     const int factor) {
  const int line = get_global_id(1);
  const int row = line % height;
  const int out_height = height * factor, out_width = width * factor;
  __global const float* image = dy + line / height * out_height * out_width * channels;
  FOR_ELEMENTS(width) {
    const int count = min(VECTOR, channels - c);
    vec sum = (vec)(0.0f);
    for (int oy = max(0, (row - 1) * factor); oy < min(out_height, (row + 2) * factor); oy++) {
      const float down = part(row, oy, factor, height);
      for (int ox = max(0, (column - 1) * factor); ox < min(out_width, (column + 2) * factor);
           ox++) {
        const float share = down * part(column, ox, factor, width);
        if (share != 0.0f) {
          sum += load_vec(image + (oy * out_width + ox) * channels + c, count) * share;
        }
      }
    }
    store_vec(sum, dx + (line * width + column) * channels + c, count);
  }
}
