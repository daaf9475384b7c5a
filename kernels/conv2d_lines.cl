// Convolution, on a CPU, of images with few channels, where gathering patches (conv2d.cl) takes longer
// than multiplying them. The lines of an image that a block of outputs sees are copied once, with the
// zeros around them; from there the register tile (tile.h) reads the windows of TILE neighbours in a
// line of outputs where they lie. Taps are side by side (no dilation).
//
//   conv2d_lines   image [batch, height, width, channels], weights as panels (pack_weights.cl)
//
// A work-item (id 0) computes blocks of lines_per_block lines of an image in turn. Every result is
// summed in the order of conv2d.cl. The chain (pointwise.cl) receives it as `value`.
//
// Cost: 2 x outputs x columns x depth FLOPs.

#include "dialect/vector.h"
#include "dialect/functions.h"
#include "epilogue.h"
#define SCATTER 0
#include "window.h"

#ifdef CPU

#include "tile.h"

#define OUTPUT(r) (output + r)

// The results of `lines` lines of outputs, the first of which is number `begin`.
OUT_OF_LINE WIDE void multiply_lines(
    CHAIN_PARAMETERS __global const float* restrict padded, const int pitch, const int output_pitch,
    __global const float* restrict panels, const int lines, const int width, const int step,
    const int taps, const int run, const int columns, const int begin) {
  for (int column = 0; column < columns; column += PANEL) {
    const int valid = min(PANEL, columns - column);
    for (int line = 0; line < lines; line++) {
      for (int across = 0; across < width; across += TILE) {
        // The last tile begins early; what it computes again is not stored.
        const int first = max(0, min(across, width - TILE));
        const int output = begin + line * width + first;
        __global const float* restrict b_at = panels + column * taps * run;
        const int a_stride = step, a_step = 1, b_step = PANEL;
        TILE_ROWS(ZERO_ROW)
        for (int tap = 0; tap < taps; tap++) {
          __global const float* restrict a_at =
              padded + line * output_pitch + tap * pitch + first * step;
          int p = 0;
          STEPS(p, run)
        }
        FINISH_TILE(across - first, min(TILE, width - first))
      }
    }
  }
}

__kernel WIDE WORK_GROUP(1, 1) void conv2d_lines(
    CHAIN_PARAMETERS __global const float* restrict x, __global const float* restrict panels,
    __global float* restrict space, WINDOW_PARAMETERS, const int columns, const int pitch,
    const int lines_per_block) {
  const int most = (lines_per_block - 1) * stride_height + kernel_height;
  __global float* padded = space + get_global_id(0) * most * pitch;
  const int blocks = (out_height + lines_per_block - 1) / lines_per_block;
  for (int block = get_global_id(0); block < batch * blocks; block += get_global_size(0)) {
    const int image = block / blocks, first = block % blocks * lines_per_block;
    const int lines = min(lines_per_block, out_height - first);
    pad_lines(x + image * height * width * channels, height, width, channels,
              first * stride_height - padding_height, padding_width,
              (lines - 1) * stride_height + kernel_height,
              x + batch * height * width * channels, padded, pitch);
    multiply_lines(CHAIN_ARGUMENTS padded, pitch, stride_height * pitch, panels, lines, out_width,
                   stride_width * channels, kernel_height, kernel_width * channels, columns,
                   (image * out_height + first) * out_width);
  }
}

#endif
