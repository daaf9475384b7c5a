// Convolution of images [batch, height, width, channels] with weights
// [kernel_height, kernel_width, in, out], and its adjoint (SCATTER), as one matrix product without
// its matrix: rows are outputs, depth is taps x channels, columns are output channels.
//
//   conv2d          forward: no SCATTER; by its input: SCATTER, WEIGHTS_SWAPPED
//   conv_transpose2d forward: SCATTER;    by its input: no SCATTER, WEIGHTS_SWAPPED
//
// WEIGHTS_SWAPPED sums over the weights' last axis rather than the one before it. The chain (see
// pointwise.cl) receives the result as `value`: bias, activation, or an activation's gradient.
//
// CPU: the weights come in panels (see pack_weights.cl), so that WEIGHTS_SWAPPED makes no difference
// here. A work-item takes blocks of rows_per_block outputs in turn (id 0; id 1: phase): it gathers
// their patches, a row each, then multiplies them by one panel after another (see tile.h). What is
// gathered stays in the cache and serves all columns. Grey and colour images have kernels of their own:
// conv2d_lines.cl reads them, conv2d_narrow.cl gives them.
//
// GPU: a work-group computes a tile of outputs and columns (id 0: columns, id 1: phase and rows; see
// group_tile.h), gathering as it goes. Where an output's window begins is computed once, where a tap
// lies in it once per step.
//
// Cost: 2 x outputs x columns x depth FLOPs (SCATTER: inputs instead of outputs).

#include "dialect/vector.h"
#include "dialect/functions.h"
#include "epilogue.h"
#ifndef SCATTER
#define SCATTER 0
#endif
#include "window.h"

#ifndef WEIGHTS_SWAPPED
#define WEIGHTS_SWAPPED 0
#endif

#ifdef CPU

#include "tile.h"

#if SCATTER
#define OUTPUTS outputs
#define OUTPUT(r) outputs[first + r]
#else
#define OUTPUTS begin
#define OUTPUT(r) (begin + first + r)
#endif
// The most that rows_per_block can be.
#define MOST_ROWS 192

// The results of `count` outputs whose patches are there: a phase's from `begin`, or with SCATTER the
// rows `outputs` of the result.
OUT_OF_LINE WIDE void multiply_patches(
    CHAIN_PARAMETERS __global const float* restrict patches, const int pitch, const int count,
    __global const float* restrict panels, const int depth, const int k, const int columns,
#if SCATTER
    const int* outputs
#else
    const int begin
#endif
) {
  for (int column = 0; column < columns; column += PANEL) {
    const int valid = min(PANEL, columns - column);
    for (int row = 0; row < count; row += TILE) {
      // The last tile begins early enough to be a whole one; what it computes again is not stored.
      const int first = max(0, min(row, count - TILE));
      __global const float* restrict a_at = patches + first * pitch;
      __global const float* restrict b_at = panels + column * depth;
      const int a_stride = pitch, a_step = 1, b_step = PANEL;
      TILE_ROWS(ZERO_ROW)
      int p = 0;
      STEPS(p, k)
      FINISH_TILE(row - first, min(TILE, count - first))
    }
  }
}

__kernel WIDE WORK_GROUP(1, 1) void conv2d(
    CHAIN_PARAMETERS __global const float* restrict x, __global const float* restrict panels,
    __global float* restrict patch_space, WINDOW_PARAMETERS, const int columns, const int depth,
    const int pitch, const int rows_per_block) {
  const int phase = get_global_id(1);
  const Axis vertical = VERTICAL_AXIS(phase), horizontal = HORIZONTAL_AXIS(phase);
  const int k = vertical.taps * horizontal.taps * channels;
  const int rows = batch * vertical.size * horizontal.size;
  __global float* patches =
      patch_space + (phase * get_global_size(0) + get_global_id(0)) * rows_per_block * pitch;
#if SCATTER
  int outputs[MOST_ROWS];
#endif
  for (int begin = get_global_id(0) * rows_per_block; begin < rows;
       begin += get_global_size(0) * rows_per_block) {
    const int count = min(rows_per_block, rows - begin);
    fill_patches(x, batch, height, width, channels, vertical, horizontal, begin, begin + count, 0,
                 k, patches, pitch);
    // A block with fewer rows than a tile is filled up.
    for (int i = count * pitch; i < TILE * pitch; i++) patches[i] = 0.0f;
#if SCATTER
    for (int r = 0; r < count; r++) {
      outputs[r] = OUTPUT_ROW(begin + r, phase, vertical, horizontal);
    }
#endif
    multiply_patches(CHAIN_ARGUMENTS patches, pitch, count,
                     panels + phase * ((columns + PANEL - 1) / PANEL) * PANEL * depth, depth, k,
                     columns, OUTPUTS);
  }
}

#else

// Where the weights of element k of a patch begin, for all columns.
INLINE int weight_place(const int k, const int channels, const int columns, const int kernel_width,
                        const Axis vertical, const Axis horizontal, const Divisors divisors) {
#if SCATTER || WEIGHTS_SWAPPED
  const int number = quotient(k, divisors.channels);
  const int line = quotient(number, divisors.taps);
  const int tap = (vertical.first + line * vertical.step) * kernel_width + horizontal.first +
                  (number - line * horizontal.taps) * horizontal.step;
  return tap * channels * columns + (k - number * channels) * (WEIGHTS_SWAPPED ? 1 : columns);
#else
  return k * columns;
#endif
}

#if SCATTER
#define OUTPUT(row) \
  (output_of_phase(row, out_height, out_width, stride_height, stride_width, divisors) + first_output)
// The output at a place within phase 0, as a row of the whole result.
INLINE int output_of_phase(const int row, const int out_height, const int out_width,
                           const int stride_height, const int stride_width,
                           const Divisors divisors) {
  const int above = quotient(row, divisors.columns);
  const int image = quotient(above, divisors.lines);
  const int line = above - image * divisors.lines.by, across = row - above * divisors.columns.by;
  return (image * out_height + line * stride_height) * out_width + across * stride_width;
}
#else
#define OUTPUT(row) (row)
#endif

#define A_ALONG_K 1
#define A_PLACE Place
#define A_LINE(place, row) \
  output_place(&place, row, height, width, channels, vertical, horizontal, divisors)
#define A_STEP(place, k) tap_place(&place, k, width, channels, vertical, horizontal, divisors)
#define A_ELEMENT(output, tap) patch_element(x, height, width, output, tap)
#define B_ALONG_K WEIGHTS_SWAPPED
#define B_PLACE int
#define B_LINE(place, column) place = (column) * (WEIGHTS_SWAPPED ? channels : 1)
#define B_STEP(place, k) \
  place = weight_place(k, channels, columns, kernel_width, vertical, horizontal, divisors)
#define B_ELEMENT(column, element) weights[column + element]
#define RESULT(row, column, value) \
  finish(CHAIN_ARGUMENTS OUTPUT(row), column, columns, 1, value);
#include "group_tile.h"

__kernel WORK_GROUPS(SIDE, SIDE, 2) void conv2d(
    CHAIN_PARAMETERS __global const float* restrict x, __global const float* restrict weights,
    WINDOW_PARAMETERS, const int columns, const int row_tiles) {
  const int phase = get_group_id(1) / row_tiles;
  const Axis vertical = VERTICAL_AXIS(phase), horizontal = HORIZONTAL_AXIS(phase);
  Divisors divisors;
  set_divisors(&divisors, channels, vertical, horizontal);
  const int k = vertical.taps * horizontal.taps * channels;
  const int rows = batch * vertical.size * horizontal.size;
  const int item = get_local_id(1) * SIDE + get_local_id(0);
  const int first_column = get_group_id(0) * TILE_N;
  const int first_row = get_group_id(1) % row_tiles * TILE_M;
#if SCATTER
  const int first_output = phase / stride_width * out_width + phase % stride_width;
#endif
  GROUP_PRODUCT(rows, columns, 0, k)
  FINISH_GROUP(rows, columns)
}

#endif
