// The gradient of a convolution by its weights, on a CPU, for images with few channels: as
// conv2d_weights.cl, but the lines of an image that a block of outputs sees are copied once, with the
// zeros around them, and read there (conv2d_lines.cl), in place of gathered patches.
//
//   image [batch, height, width, channels], field [batch, out_height, out_width, columns]
//   parts[s][k][column] = sum over the outputs of share s of patch[output][k] field[output][column]
//
// A work-item (id 0: share) adds up blocks of lines_per_block lines of an image's field.
//
// Cost: 2 x outputs x columns x k FLOPs.

#include "dialect/vector.h"
#define SCATTER 0
#include "window.h"

#ifdef CPU

// A row of the tile is a tap and channel; where it lies in the window.
#define A_AT(r) a_step_at[place##r]

#include "tile.h"

#define PLACE_ROW(r)                         \
  const int k##r = min(row + r, depth - 1);  \
  const int place##r = k##r / run * pitch + k##r % run;
#define LOAD_ROW(r)                                     \
  wide low##r = load_wide(c_at + (r) * columns_padded); \
  wide high##r = load_wide(c_at + (r) * columns_padded + LANES);
#define STORE_ROW(r)                               \
  store_wide(low##r, c_at + (r) * columns_padded); \
  store_wide(high##r, c_at + (r) * columns_padded + LANES);

// Adds the products of the windows of `lines` lines of outputs with a panel of the field, whose rows are
// b_step floats apart, to `depth` rows of c, and to those that fill the last tile.
OUT_OF_LINE WIDE void add_lines(__global const float* restrict padded, const int pitch,
                                const int output_pitch, const int lines, const int width,
                                const int step, const int run, const int depth,
                                __global const float* restrict panel, const int b_step,
                                __global float* restrict c, const int columns_padded) {
  for (int row = 0; row < depth; row += TILE) {
    __global float* c_at = c + row * columns_padded;
    TILE_ROWS(PLACE_ROW)
    TILE_ROWS(LOAD_ROW)
    for (int line = 0; line < lines; line++) {
      __global const float* restrict a_at = padded + line * output_pitch;
      __global const float* restrict b_at = panel + line * width * b_step;
      const int a_step = step;
      int p = 0;
      STEPS(p, width)
    }
    TILE_ROWS(STORE_ROW)
  }
}

// parts has columns_padded columns, whole panels, and depth_padded rows, whole tiles.
__kernel WIDE WORK_GROUP(1, 1) void conv2d_lines_weights(
    __global const float* restrict x, __global const float* restrict field,
    __global float* restrict parts, __global float* restrict space, WINDOW_PARAMETERS,
    const int columns, const int depth_padded, const int columns_padded, const int pitch,
    const int lines_per_block) {
  const int share = get_global_id(0), shares = get_global_size(0);
  const int most = (lines_per_block - 1) * stride_height + kernel_height;
  __global float* padded = space + share * (most * pitch + lines_per_block * out_width * PANEL);
  __global float* panel = padded + most * pitch;
  __global float* c = parts + share * depth_padded * columns_padded;
  for (int i = 0; i < depth_padded * columns_padded; i += VECTOR) vstore8((vec)(0.0f), 0, c + i);
  const int blocks = (out_height + lines_per_block - 1) / lines_per_block;
  for (int block = share; block < batch * blocks; block += shares) {
    const int image = block / blocks, first = block % blocks * lines_per_block;
    const int lines = min(lines_per_block, out_height - first);
    pad_lines(x + image * height * width * channels, height, width, channels,
              first * stride_height - padding_height, padding_width,
              (lines - 1) * stride_height + kernel_height,
              x + batch * height * width * channels, padded, pitch);
    __global const float* rows = field + (image * out_height + first) * out_width * columns;
    for (int column = 0; column < columns; column += PANEL) {
      const int whole = columns - column >= PANEL;
      if (!whole) pack_rows(rows + column, columns, lines * out_width, columns - column, panel);
      add_lines(padded, pitch, stride_height * pitch, lines, out_width, stride_width * channels,
                kernel_width * channels, kernel_height * kernel_width * channels,
                whole ? rows + column : panel, whole ? columns : PANEL, c + column, columns_padded);
    }
  }
}

#endif
