// The weights of a convolution, [kernel_height, kernel_width, in, out], as conv2d.cl reads them on a
// CPU: per phase (id 1) and panel of columns (id 0) `depth` rows, tap by tap in the order of patches.
// With `narrow` a panel is one column, and all columns are packed by one work-item. `scatter` and
// `swapped` are SCATTER and WEIGHTS_SWAPPED of that kernel: arguments here, for one program serves all.
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
                                            const int swapped, const int narrow) {
  const int phase = get_global_id(1);
  const Axis vertical = VERTICAL_AXIS(phase), horizontal = HORIZONTAL_AXIS(phase);
  const int column = get_global_id(0) * PANEL;
  const int valid = min(PANEL, columns - column);
  __global float* panel =
      panels + (narrow ? phase * columns * depth
                       : (phase * (int)get_global_size(0) + (int)get_global_id(0)) * depth * PANEL);
  for (int j = 0; j < vertical.taps * horizontal.taps; j++) {
    const int tap = (vertical.first + j / horizontal.taps * vertical.step) * kernel_width +
                    horizontal.first + j % horizontal.taps * horizontal.step;
    if (narrow) {
      for (int i = 0; i < columns * channels; i++) {
        const int c = i % channels, row = i / channels;
        panel[row * depth + j * channels + c] =
            weights[swapped ? (tap * columns + row) * channels + c
                            : (tap * channels + c) * columns + row];
      }
    } else if (swapped) {
      pack_columns(weights + (tap * columns + column) * channels, channels, channels, valid,
                   panel + j * channels * PANEL);
    } else {
      pack_rows(weights + tap * channels * columns + column, columns, channels, valid,
                panel + j * channels * PANEL);
    }
  }
}

#endif
