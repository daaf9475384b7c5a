// The gradient of a convolution by its weights: the product of the patches of the image, transposed,
// with the field, which is the other end of the convolution.
//
//   image [batch, height, width, channels], field [batch, out_height, out_width, columns]
//   parts[s][k][column] = sum over the outputs of share s of patch[output][k] field[output][column]
//   weights[k][column] = sum over s of parts[s][k][column]
//
// where k counts taps and channels. The sums over shares are sum_shares.cl's.
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

#endif
