// Pooling of images [batch, height, width, channels] by a window (see window.h), and its gradient.
//
//   max_pool           the largest element under the window, or NaN if there is one; number[..] is the
//                      tap it came from, the first of equals. Padding counts as minus infinity.
//   max_pool_gradient  dx = the sum of dy over the windows in which the element was the largest
//   average_pool       the mean of the elements under the window. Padding counts as zero.
//   average_pool_gradient
//
// The gradients gather: an input sums over the taps through which a window could see it. Where windows
// are disjoint, that of a maximum scatters instead.
// CPU: a work-item computes line id 1 (batch x height) of its result. GPU: one element of it
// (id 0: column and channel). Where a gradient scatters, lines and elements are those of dy.
//
// Cost: taps FLOPs an output; bound by memory.

#include "dialect/vector.h"
#define SCATTER 0
#include "window.h"
#include "lines.h"

// Told when the kernel is compiled: otherwise most of its time goes to divisions.
#ifndef STRIDE_DOWN
#define STRIDE_DOWN stride_height
#define STRIDE_ACROSS stride_width
#define TAPS_DOWN kernel_height
#define TAPS_ACROSS kernel_width
#endif

// Whether the windows lie side by side, without gaps, and cover the image.
#ifndef DISJOINT
#define DISJOINT 0
#endif

#define FOR_TAPS                         \
  for (int ky = 0; ky < TAPS_DOWN; ky++) \
    for (int kx = 0; kx < TAPS_ACROSS; kx++)

// Within an output's loop: the image offset of a tap, for those that lie inside; disjoint ones all do.
#define IF_INSIDE                                                                         \
  const int iy = line % out_height * STRIDE_DOWN - padding_height + ky * dilation_height; \
  const int ix = column * STRIDE_ACROSS - padding_width + kx * dilation_width;            \
  const int at = ((line / out_height * height + iy) * width + ix) * channels + c;         \
  if (DISJOINT || (iy >= 0 && iy < height && ix >= 0 && ix < width))

// Within an input's loop: the offset of the output that sees it through a tap, where there is one.
#define IF_SEEN                                                                             \
  const int down = line % height + padding_height - ky * dilation_height;                   \
  const int across = column + padding_width - kx * dilation_width;                          \
  const int at = ((line / height * out_height + down / STRIDE_DOWN) * out_width +           \
                  across / STRIDE_ACROSS) * channels + c;                                   \
  if (down >= 0 && across >= 0 && down % STRIDE_DOWN == 0 && across % STRIDE_ACROSS == 0 && \
      down / STRIDE_DOWN < out_height && across / STRIDE_ACROSS < out_width)

__kernel ITEM void max_pool(__global const float* restrict x, __global float* restrict y,
                            __global float* restrict number, WINDOW_PARAMETERS) {
  const int line = get_global_id(1);
  FOR_ELEMENTS(out_width) {
    const int count = min(VECTOR, channels - c);
    vec largest = (vec)(-INFINITY);
    vec tap = (vec)(0.0f);
    FOR_TAPS {
      IF_INSIDE {
        const vec value = load_vec(x + at, count);
        const ivec larger = (value > largest) | (value != value);
        tap = larger ? (vec)((float)(ky * TAPS_ACROSS + kx)) : tap;
        largest = larger ? value : largest;
      }
    }
    const int out = (line * out_width + column) * channels + c;
    store_vec(largest, y + out, count);
    store_vec(tap, number + out, count);
  }
}

__kernel ITEM void max_pool_gradient(__global const float* restrict dy,
                                     __global const float* restrict number,
                                     __global float* restrict dx, WINDOW_PARAMETERS) {
  const int line = get_global_id(1);
#if DISJOINT
  FOR_ELEMENTS(out_width) {
    const int in = (line * out_width + column) * channels + c;
    const int count = min(VECTOR, channels - c);
    const vec largest = load_vec(number + in, count);
    const vec gradient = load_vec(dy + in, count);
    FOR_TAPS {
      const vec tap = (vec)((float)(ky * TAPS_ACROSS + kx));
      store_vec(largest == tap ? gradient : (vec)(0.0f),
                dx + ((line * TAPS_DOWN + ky) * width + column * TAPS_ACROSS + kx) * channels + c,
                count);
    }
  }
#else
  FOR_ELEMENTS(width) {
    const int count = min(VECTOR, channels - c);
    vec sum = (vec)(0.0f);
    FOR_TAPS {
      IF_SEEN {
        const vec tap = (vec)((float)(ky * TAPS_ACROSS + kx));
        sum += load_vec(number + at, count) == tap ? load_vec(dy + at, count) : (vec)(0.0f);
      }
    }
    store_vec(sum, dx + (line * width + column) * channels + c, count);
  }
#endif
}

__kernel ITEM void average_pool(__global const float* restrict x, __global float* restrict y,
                                WINDOW_PARAMETERS) {
  const int line = get_global_id(1);
  const float share = 1.0f / (float)(TAPS_DOWN * TAPS_ACROSS);
  FOR_ELEMENTS(out_width) {
    const int count = min(VECTOR, channels - c);
    vec sum = (vec)(0.0f);
    FOR_TAPS {
      IF_INSIDE { sum += load_vec(x + at, count); }
    }
    store_vec(sum * share, y + (line * out_width + column) * channels + c, count);
  }
}

__kernel ITEM void average_pool_gradient(__global const float* restrict dy,
                                         __global float* restrict dx, WINDOW_PARAMETERS) {
  const int line = get_global_id(1);
  const float share = 1.0f / (float)(TAPS_DOWN * TAPS_ACROSS);
  FOR_ELEMENTS(width) {
    const int count = min(VECTOR, channels - c);
    vec sum = (vec)(0.0f);
    FOR_TAPS {
      IF_SEEN { sum += load_vec(dy + at, count); }
    }
    store_vec(sum * share, dx + (line * width + column) * channels + c, count);
  }
}
