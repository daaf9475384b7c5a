// The gradient of a convolution by its weights: the product of the patches of the image, transposed,
// with the field, which is the other end of the convolution.
//
//   image [batch, height, width, channels], field [batch, out_height, out_width, columns]
//   parts[s][k][column] = sum over the outputs of share s of patch[output][k] field[output][column]
//   weights[k][column] = sum over s of parts[s][k][column]
//
// where k counts taps and channels. FIELD_FIRST (of a transposed convolution, whose image is the
// gradient of its result): weights[tap][column][channel] instead. The sums over shares come last and
// in order; there the chain (see pointwise.cl) receives the result.
//
// CPU: a work-item (id 0: `depth_per_item` k; id 1: share) goes through its outputs in chunks: it
// gathers their patches, packs the field panel by panel, and adds each register tile to parts.
// GPU: a work-group computes a tile of k and columns (id 0: columns; id 1: share and k; see
// group_tile.h).
//
// Cost: 2 x outputs x columns x k FLOPs.

#include "dialect/vector.h"
#include "dialect/functions.h"
#define SCATTER 0
#include "window.h"

#ifndef CHAIN_BODY
#define CHAIN_PARAMETERS __global float* restrict out0,
#define CHAIN_BODY store_vec(value, out0 + row * columns + column, count);
#endif
#ifndef FIELD_FIRST
#define FIELD_FIRST 0
#endif

#ifdef CPU

#include "tile.h"

#define LOAD_ROW(r)                                         \
  wide low##r = load_wide(c_at + (r) * columns_padded);     \
  wide high##r = load_wide(c_at + (r) * columns_padded + LANES);
#define STORE_ROW(r)                                        \
  store_wide(low##r, c_at + (r) * columns_padded);          \
  store_wide(high##r, c_at + (r) * columns_padded + LANES);

// Adds the products of `count` patches with the panel of what they meet to `depth` rows of c.
OUT_OF_LINE WIDE void add_products(__global const float* restrict patches, const int pitch,
                                   __global const float* restrict panel, const int count,
                                   const int depth, __global float* restrict c,
                                   const int columns_padded) {
  for (int row = 0; row < depth; row += TILE) {
    __global float* c_at = c + row * columns_padded;
    __global const float* restrict a_at = patches + row;
    __global const float* restrict b_at = panel;
    const int a_stride = 1, a_step = pitch, b_step = PANEL;
    TILE_ROWS(LOAD_ROW)
    int p = 0;
    STEPS(p, count)
    TILE_ROWS(STORE_ROW)
  }
}

// parts has columns_padded columns, whole panels, and depth_padded rows, whole tiles.
__kernel WIDE WORK_GROUP(1, 1) void conv2d_weights(
    __global const float* restrict x, __global const float* restrict field,
    __global float* restrict parts, __global float* restrict space, WINDOW_PARAMETERS,
    const int columns, const int depth, const int depth_padded, const int columns_padded,
    const int depth_per_item, const int outputs_per_share, const int chunk) {
  const Axis vertical = VERTICAL_AXIS(0), horizontal = HORIZONTAL_AXIS(0);
  const int outputs = batch * vertical.size * horizontal.size;
  const int from = get_global_id(0) * depth_per_item;
  const int to = min(from + depth_per_item, depth);
  const int share = get_global_id(1);
  const int last = min(outputs, (share + 1) * outputs_per_share);
  const int pitch = depth_per_item + LANES;
  __global float* patches =
      space + (share * get_global_size(0) + get_global_id(0)) * chunk * (pitch + PANEL);
  __global float* panel = patches + chunk * pitch;
  __global float* c = parts + (share * depth_padded + from) * columns_padded;
  // The last tile reaches beyond the last k.
  for (int r = 0; r < chunk; r++) {
    for (int i = to - from; i < pitch; i++) patches[r * pitch + i] = 0.0f;
  }
  for (int i = 0; i < (to - from + TILE - 1) / TILE * TILE * columns_padded; i += VECTOR) {
    vstore8((vec)(0.0f), 0, c + i);
  }
  for (int first = share * outputs_per_share; first < last; first += chunk) {
    const int count = min(chunk, last - first);
    fill_patches(x, batch, height, width, channels, vertical, horizontal, first, first + count,
                 from, to, patches, pitch);
    for (int column = 0; column < columns; column += PANEL) {
      pack_rows(field + first * columns + column, columns, count, min(PANEL, columns - column),
                panel);
      add_products(patches, pitch, panel, count, to - from, c + column, columns_padded);
    }
  }
}

#define ITEM WORK_GROUP(1, 1)
#define FOR_COLUMNS for (int column = 0; column < columns; column += VECTOR)

#else

#define A_ALONG_K 0
#define A_PLACE Place
#define A_LINE(place, k) tap_place(&place, k, width, channels, vertical, horizontal, divisors)
#define A_STEP(place, output) \
  output_place(&place, output, height, width, channels, vertical, horizontal, divisors)
#define A_ELEMENT(tap, output) patch_element(x, height, width, output, tap)
#define B_ALONG_K 0
#define B_PLACE int
#define B_LINE(place, column) place = column
#define B_STEP(place, output) place = (output) * columns
#define B_ELEMENT(column, row) field[column + row]
#define RESULT(row, column, value) \
  parts[(share * depth_padded + row) * columns_padded + column] = value;
#include "group_tile.h"

__kernel WORK_GROUPS(SIDE, SIDE, 2) void conv2d_weights(
    __global const float* restrict x, __global const float* restrict field,
    __global float* restrict parts, WINDOW_PARAMETERS, const int columns, const int depth,
    const int depth_padded, const int columns_padded, const int depth_tiles,
    const int outputs_per_share) {
  const Axis vertical = VERTICAL_AXIS(0), horizontal = HORIZONTAL_AXIS(0);
  Divisors divisors;
  set_divisors(&divisors, channels, vertical, horizontal);
  const int outputs = batch * vertical.size * horizontal.size;
  const int item = get_local_id(1) * SIDE + get_local_id(0);
  const int first_column = get_group_id(0) * TILE_N;
  const int first_row = get_group_id(1) % depth_tiles * TILE_M;
  const int share = get_group_id(1) / depth_tiles;
  const int first = share * outputs_per_share, last = min(outputs, first + outputs_per_share);
  GROUP_PRODUCT(depth, columns, first, last)
  FINISH_GROUP(depth, columns)
}

#define ITEM WORK_GROUP(64, 1)
#define FOR_COLUMNS for (int column = get_global_id(0); column < columns; column += get_global_size(0))

#endif

// Row id 1 of the weights, [rows, columns] here as they lie in memory.
__kernel ITEM void sum_shares(CHAIN_PARAMETERS __global const float* restrict parts,
                              const int shares, const int channels, const int fields,
                              const int depth_padded, const int columns_padded,
                              const int rows_per_item, const int rows) {
  const int first = get_global_id(1) * rows_per_item;
  const int last = min(first + rows_per_item, rows);
  for (int row = first; row < last; row++) {
#if FIELD_FIRST
    // Row (tap, field column), columns: channels.
    const int columns = channels;
    __global const float* part = parts + row / fields * channels * columns_padded + row % fields;
    FOR_COLUMNS {
      const int count = min(VECTOR, columns - column);
#ifdef CPU
      float lanes[VECTOR];
      for (int i = 0; i < count; i++) {
        float sum = 0.0f;
        for (int s = 0; s < shares; s++) {
          sum += part[(s * depth_padded + column + i) * columns_padded];
        }
        lanes[i] = sum;
      }
      for (int i = count; i < VECTOR; i++) lanes[i] = 0.0f;
      const vec value = vload8(0, lanes);
#else
      float value = 0.0f;
      for (int s = 0; s < shares; s++) value += part[(s * depth_padded + column) * columns_padded];
#endif
      CHAIN_BODY
    }
#else
    const int columns = fields;
    __global const float* part = parts + row * columns_padded;
    FOR_COLUMNS {
      const int count = min(VECTOR, columns - column);
      vec value = (vec)(0.0f);
      for (int s = 0; s < shares; s++) {
        value += load_vec(part + s * depth_padded * columns_padded + column, count);
      }
      CHAIN_BODY
    }
#endif
  }
}
