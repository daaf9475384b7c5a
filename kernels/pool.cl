// Pooling of images [batch, height, width, channels] by a window (see window.h), and its gradient.
//
//   max_pool           the largest element under the window; number[..] is the tap it came from, the
//                      first of equals. Padding counts as minus infinity.
//   max_pool_gradient  dx = the sum of dy over the windows in which the element was the largest
//   average_pool       the mean of the elements under the window. Padding counts as zero.
//   average_pool_gradient
//
// The gradients gather: an input sums over the taps through which a window could see it.
// CPU: a work-item computes line id 1 (batch x height) of its result. GPU: one element of it
// (id 0: column and channel).
//
// Cost: taps FLOPs an output; bound by memory.

#include "dialect/vector.h"
#define SCATTER 0
#include "window.h"
#include "lines.h"

#define FOR_TAPS                                                                \
  for (int ky = 0; ky < kernel_height; ky++)                                    \
    for (int kx = 0; kx < kernel_width; kx++)

// Within an output's loop: the image offset of a tap, for those that lie inside.
#define IF_INSIDE                                                                             \
  const int iy = line % out_height * stride_height - padding_height + ky * dilation_height;   \
  const int ix = column * stride_width - padding_width + kx * dilation_width;                 \
  const int at = ((line / out_height * height + iy) * width + ix) * channels + c;             \
  if (iy >= 0 && iy < height && ix >= 0 && ix < width)

// Within an input's loop: the offset of the output that sees it through a tap, where there is one.
#define IF_SEEN                                                                               \
  const int down = line % height + padding_height - ky * dilation_height;                     \
  const int across = column + padding_width - kx * dilation_width;                            \
  const int at = ((line / height * out_height + down / stride_height) * out_width +           \
                  across / stride_width) * channels + c;                                      \
  if (down >= 0 && across >= 0 && down % stride_height == 0 && across % stride_width == 0 &&  \
      down / stride_height < out_height && across / stride_width < out_width)

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
        tap = value > largest ? (vec)((float)(ky * kernel_width + kx)) : tap;
        largest = value > largest ? value : largest;
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
  FOR_ELEMENTS(width) {
    const int count = min(VECTOR, channels - c);
    vec sum = (vec)(0.0f);
    FOR_TAPS {
      IF_SEEN {
        const vec tap = (vec)((float)(ky * kernel_width + kx));
        sum += load_vec(number + at, count) == tap ? load_vec(dy + at, count) : (vec)(0.0f);
      }
    }
    store_vec(sum, dx + (line * width + column) * channels + c, count);
  }
}

__kernel ITEM void average_pool(__global const float* restrict x, __global float* restrict y,
                                WINDOW_PARAMETERS) {
  const int line = get_global_id(1);
  const float share = 1.0f / (float)(kernel_height * kernel_width);
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
  const float share = 1.0f / (float)(kernel_height * kernel_width);
  FOR_ELEMENTS(width) {
    const int count = min(VECTOR, channels - c);
    vec sum = (vec)(0.0f);
    FOR_TAPS {
      IF_SEEN { sum += load_vec(dy + at, count); }
    }
    store_vec(sum * share, dx + (line * width + column) * channels + c, count);
  }
}
