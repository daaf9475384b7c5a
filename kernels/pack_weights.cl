// The weights of a convolution, [kernel_height, kernel_width, in, out], as a CPU's kernels read them.
//
//   pack_weights   for conv2d.cl and conv2d_lines.cl: per phase (id 1) and panel of columns (id 0)
//                  `depth` rows, tap by tap in the order of patches
//   pack_narrow    for conv2d_narrow.cl: [tap][column][channel]
//
// `scatter` and `swapped` are SCATTER and WEIGHTS_SWAPPED of conv2d.cl: arguments here, for one program
// serves all.
//
// Cost: a copy.

#include "dialect/vector.h"
#define SCATTER scatter
#include "window.h"

#ifdef CPU

#include "tile.h"

__kernel WORK_GROUP(1, 1) void pack_weights(__global const float* restrict weights,
                                            __global float* restrict panels, WINDOW_PARAMETERS,
                                            const int columns, const int depth, const int scatter,
                                            const int swapped) {
  const int phase = get_global_id(1);
  const Axis vertical = VERTICAL_AXIS(phase), horizontal = HORIZONTAL_AXIS(phase);
  const int column = get_global_id(0) * PANEL;
  const int valid = min(PANEL, columns - column);
  __global float* panel =
      panels + (phase * get_global_size(0) + get_global_id(0)) * depth * PANEL;
  for (int j = 0; j < vertical.taps * horizontal.taps; j++) {
    const int tap = (vertical.first + j / horizontal.taps * vertical.step) * kernel_width +
                    horizontal.first + j % horizontal.taps * horizontal.step;
    if (swapped) {
      pack_columns(weights + (tap * columns + column) * channels, channels, channels, valid,
                   panel + j * channels * PANEL);
    } else {
      pack_rows(weights + tap * channels * columns + column, columns, channels, valid,
                panel + j * channels * PANEL);
    }
  }
}

__kernel WORK_GROUP(1, 1) void pack_narrow(__global const float* restrict weights,
                                           __global float* restrict packed, const int taps,
                                           const int channels, const int columns,
                                           const int swapped) {
  for (int tap = 0; tap < taps; tap++) {
    for (int column = 0; column < columns; column++) {
      for (int c = 0; c < channels; c++) {
        const int at = (tap * columns + column) * channels + c;
        packed[at] = weights[swapped ? at : (tap * channels + c) * columns + column];
      }
    }
  }
}

#endif
