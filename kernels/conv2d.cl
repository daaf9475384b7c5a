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
// gathered stays in the cache and serves all columns. NARROW, the number of columns where it is at
// most 4 (grey or colour images): a result is a dot product, gathered on the way.
//
// GPU: a work-group of 16 x 16 computes a tile of 64 x 64 outputs and columns (id 0: columns, id 1:
// phase and rows) through local memory, TILE_K deep, gathering as it goes.
//
// Cost: 2 x outputs x columns x depth FLOPs (SCATTER: inputs instead of outputs).

#include "dialect/vector.h"
#include "dialect/functions.h"
#ifndef SCATTER
#define SCATTER 0
#endif
#include "window.h"

#ifndef CHAIN_BODY
#define CHAIN_PARAMETERS __global float* restrict out0,
#define CHAIN_ARGUMENTS out0,
#define CHAIN_BODY store_vec(value, out0 + row * columns + column, count);
#endif
#ifndef WEIGHTS_SWAPPED
#define WEIGHTS_SWAPPED 0
#endif
#ifndef NARROW
#define NARROW 0
#endif

INLINE void finish(CHAIN_PARAMETERS const int row, const int column, const int columns,
                   const int count, const vec value) {
  CHAIN_BODY
}

#ifdef CPU

#include "tile.h"

#if NARROW

// The sum of the products of two runs of floats.
INLINE vec multiply_run(__global const float* restrict a, __global const float* restrict b,
                        const int length, vec sum) {
  vec odd = (vec)(0.0f);
  int i = 0;
  for (; i + 2 * VECTOR <= length; i += 2 * VECTOR) {
    sum = fma(vload8(0, a + i), vload8(0, b + i), sum);
    odd = fma(vload8(1, a + i), vload8(1, b + i), odd);
  }
  for (; i < length; i += VECTOR) {
    sum = fma(load_vec(a + i, length - i), load_vec(b + i, length - i), sum);
  }
  return sum + odd;
}

__kernel WORK_GROUP(1, 1) void conv2d(
    CHAIN_PARAMETERS __global const float* restrict x, __global const float* restrict panels,
    WINDOW_PARAMETERS, const int columns, const int depth, const int rows_per_block) {
  const int phase = get_global_id(1);
  const Axis vertical = VERTICAL_AXIS(phase), horizontal = HORIZONTAL_AXIS(phase);
  const int rows = batch * vertical.size * horizontal.size;
  // With neighbouring taps a whole line of the window is one run of floats.
  const int together = horizontal.spacing == 1 ? horizontal.taps : 1;
  for (int begin = get_global_id(0) * rows_per_block; begin < rows;
       begin += get_global_size(0) * rows_per_block) {
    int across = begin % horizontal.size;
    int line = begin / horizontal.size % vertical.size;
    int image = begin / horizontal.size / vertical.size;
    for (int row = begin; row < min(begin + rows_per_block, rows); row++) {
      vec sum[NARROW];
      for (int column = 0; column < NARROW; column++) sum[column] = (vec)(0.0f);
      int number = 0, tap = 0;
      for (int j = 0; j < vertical.taps * horizontal.taps; j += together) {
        const int iy = line * vertical.stride + vertical.origin + number * vertical.spacing;
        const int ix = across * horizontal.stride + horizontal.origin + tap * horizontal.spacing;
        tap += together;
        if (tap == horizontal.taps) {
          tap = 0;
          number++;
        }
        const int low = max(0, -ix), high = min(together, width - ix);
        if (iy < 0 || iy >= height || low >= high) continue;
        __global const float* run = x + ((image * height + iy) * width + ix + low) * channels;
        for (int column = 0; column < NARROW; column++) {
          sum[column] = multiply_run(
              run, panels + (phase * NARROW + column) * depth + (j + low) * channels,
              (high - low) * channels, sum[column]);
        }
      }
      float sums[VECTOR] = {0, 0, 0, 0, 0, 0, 0, 0};
      for (int column = 0; column < NARROW; column++) sums[column] = sum_vec(sum[column]);
      const int output = SCATTER ? OUTPUT_AT(image, line, across, phase) : row;
      finish(CHAIN_ARGUMENTS output, 0, NARROW, NARROW, vload8(0, sums));
      if (++across == horizontal.size) {
        across = 0;
        if (++line == vertical.size) {
          line = 0;
          image++;
        }
      }
    }
  }
}

#else

#if SCATTER
#define OUTPUT(r) outputs[first + r]
#else
#define OUTPUT(r) (begin + first + r)
#endif
// The most that rows_per_block can be.
#define MOST_ROWS 192

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
    for (int column = 0; column < columns; column += PANEL) {
      const int valid = min(PANEL, columns - column);
      __global const float* restrict panel =
          panels + (phase * ((columns + PANEL - 1) / PANEL) * PANEL + column) * depth;
      for (int row = 0; row < count; row += TILE) {
        // The last tile begins early enough to be a whole one; what it computes again is not stored.
        const int first = max(0, min(row, count - TILE));
        __global const float* restrict a_at = patches + first * pitch;
        __global const float* restrict b_at = panel;
        const int a_stride = pitch, a_step = 1, b_step = PANEL;
        TILE_ROWS(ZERO_ROW)
        int p = 0;
        STEPS(p, k)
        FINISH_TILE(row - first, min(TILE, count - first))
      }
    }
  }
}

#endif

#else

#define SIDE 16
#ifndef TILE_M
#define TILE_M 64
#endif
#ifndef TILE_N
#define TILE_N 64
#endif
#define TILE_K 16
#define ITEM_M (TILE_M / SIDE)
#define ITEM_N (TILE_N / SIDE)

__kernel WORK_GROUP(SIDE, SIDE) void conv2d(
    CHAIN_PARAMETERS __global const float* restrict x, __global const float* restrict weights,
    WINDOW_PARAMETERS, const int columns, const int row_tiles) {
  __local float a_tile[TILE_K * (TILE_M + 1)];
  __local float b_tile[TILE_K * (TILE_N + 1)];
  const int phase = get_group_id(1) / row_tiles;
  const Axis vertical = VERTICAL_AXIS(phase), horizontal = HORIZONTAL_AXIS(phase);
  const int k = vertical.taps * horizontal.taps * channels;
  const int rows = batch * vertical.size * horizontal.size;
  const int item_x = get_local_id(0), item_y = get_local_id(1);
  const int item = item_y * SIDE + item_x;
  const int first_column = get_group_id(0) * TILE_N;
  const int first_row = get_group_id(1) % row_tiles * TILE_M;
  float sum[ITEM_M][ITEM_N];
  for (int i = 0; i < ITEM_M; i++) {
    for (int j = 0; j < ITEM_N; j++) sum[i][j] = 0.0f;
  }
  for (int first = 0; first < k; first += TILE_K) {
    for (int e = item; e < TILE_K * TILE_M; e += SIDE * SIDE) {
      const int i = e / TILE_K, p = e % TILE_K;
      const int row = first_row + i, step = first + p;
      a_tile[p * (TILE_M + 1) + i] =
          row < rows && step < k
              ? patch_element(x, height, width, channels, vertical, horizontal, row, step)
              : 0.0f;
    }
    for (int e = item; e < TILE_K * TILE_N; e += SIDE * SIDE) {
#if WEIGHTS_SWAPPED
      const int j = e / TILE_K, p = e % TILE_K;
#else
      const int j = e % TILE_N, p = e / TILE_N;
#endif
      const int column = first_column + j, step = first + p;
      float weight = 0.0f;
      if (column < columns && step < k) {
        const int number = step / channels, c = step % channels;
        const int tap = (vertical.first + number / horizontal.taps * vertical.step) * kernel_width +
                        horizontal.first + number % horizontal.taps * horizontal.step;
        weight = weights[WEIGHTS_SWAPPED ? (tap * columns + column) * channels + c
                                         : (tap * channels + c) * columns + column];
      }
      b_tile[p * (TILE_N + 1) + j] = weight;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int p = 0; p < TILE_K; p++) {
      for (int i = 0; i < ITEM_M; i++) {
        const float scalar = a_tile[p * (TILE_M + 1) + item_y + i * SIDE];
        for (int j = 0; j < ITEM_N; j++) {
          sum[i][j] = fma(scalar, b_tile[p * (TILE_N + 1) + item_x + j * SIDE], sum[i][j]);
        }
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  for (int i = 0; i < ITEM_M; i++) {
    for (int j = 0; j < ITEM_N; j++) {
      const int row = first_row + item_y + i * SIDE, column = first_column + item_x + j * SIDE;
      if (row < rows && column < columns) {
        finish(CHAIN_ARGUMENTS OUTPUT_ROW(row, phase, vertical, horizontal), column, columns, 1,
               sum[i][j]);
      }
    }
  }
}

#endif
