// C = A B, each operand as it lies or transposed, and whatever pointwise chain follows it.
//
//   A is [m, k] (A_TRANSPOSED: [k, m]) with rows of lda floats from a[a_offset],
//   B is [k, n] (B_TRANSPOSED: [n, k]) with rows of ldb floats from b[b_offset].
//
// The chain (see pointwise.cl) receives the product as `value` and stores what is to be kept, so
// alpha, beta, bias, activations and activation gradients cost no pass of their own.
//
// CPU: a work-item (id 0: block of rows_per_item rows, id 1: panel) computes a panel of columns in
// register tiles (see tile.h). B is read as it lies; with PACK the work-item first copies its panel
// to panels[], contiguous, which B_TRANSPOSED needs and which pays where the rows of B are a power
// of two apart (they would fall into one cache set); with PACKED, pack_panels.cl has done so, for
// several products. With STRIPS, a[] is what pack_strips.cl made of a transposed A, and lda is k.
// SHORT allows m < TILE. With COLUMN_SUMS (B not transposed) the work-items that come to a panel first
// also sum its columns over k, in the order of column_sum: the gradient of a bias, beside that of its
// weight.
//
// GPU: a work-group (id 0: columns, id 1: share and rows) computes a tile of TILE_M x TILE_N (see
// group_tile.h) over the steps of k of its share. Where there is more than one, out0 becomes the parts
// of sum_shares.cl, to which the chain is left.
//
// Cost: 2 m n k FLOPs; each operand moves once at best.

#include "dialect/vector.h"
#include "dialect/functions.h"
#include "epilogue.h"

#ifndef A_TRANSPOSED
#define A_TRANSPOSED 0
#endif
#ifndef B_TRANSPOSED
#define B_TRANSPOSED 0
#endif
#ifndef COLUMN_SUMS
#define COLUMN_SUMS 0
#endif

#ifdef CPU

#ifndef PACKED
#define PACKED 0
#endif
#ifndef PACK
#define PACK (B_TRANSPOSED && !PACKED)
#endif
#ifndef STRIPS
#define STRIPS 0
#endif
#ifndef SHORT
#define SHORT (!STRIPS)
#endif
// A product with fewer rows than a tile repeats its last one.
#if SHORT
#define A_AT(r) a_step_at[min(r, m - 1) * a_stride]
#elif STRIPS
#define A_AT(r) a_step_at[r]
#endif
#include "tile.h"

// One step of k where a whole panel cannot be read from B.
#define EDGE_STEP                                                    \
  {                                                                  \
    float edge[PANEL];                                               \
    for (int j = 0; j < PANEL; j++) edge[j] = j < valid ? b_at[j] : 0.0f; \
    const wide b_low = load_wide(edge), b_high = load_wide(edge + LANES); \
    __global const float* restrict a_step_at = a_at;                 \
    TILE_ROWS(MULTIPLY)                                              \
  }
#define OUTPUT(r) (first + r)

// With PACK, how many steps of k are packed at once: a part of a panel that stays in the second-level
// cache while all tiles pass over it. Between the parts a tile waits in memory.
#ifndef DEPTH
#define DEPTH 1024
#endif

#define RESUME_ROW(r)                              \
  low##r = load_wide(waiting + (r) * PANEL);       \
  high##r = load_wide(waiting + (r) * PANEL + LANES);
#define SUSPEND_ROW(r)                          \
  store_wide(low##r, waiting + (r) * PANEL);    \
  store_wide(high##r, waiting + (r) * PANEL + LANES);

// Rows first_row to last_row - 1 of a panel: some steps of k, of which before `whole` B has whole ones.
OUT_OF_LINE WIDE void multiply_rows(
    CHAIN_PARAMETERS __global const float* restrict a, __global const float* restrict b,
#if PACK
    __global float* restrict suspended, const int resumes, const int suspends,
#endif
    const int a_stride, const int a_step, const int b_step, const int steps, const int whole,
    const int first_row, const int last_row, const int m, const int column, const int columns) {
  const int valid = min(PANEL, columns - column);
  for (int row = first_row; row < last_row; row += TILE) {
    // The last tile begins early enough to be a whole one; what it computes again is not stored.
    const int first = max(0, min(row, m - TILE));
    __global const float* restrict a_at = a + (STRIPS ? row : first) * a_stride;
    __global const float* restrict b_at = b;
#if PACK
    __global float* waiting = suspended + (row - first_row) * PANEL;
    TILE_ROWS(ZERO_ROW)
    if (resumes) {
      TILE_ROWS(RESUME_ROW)
    }
#else
    TILE_ROWS(ZERO_ROW)
#endif
    int p = 0;
    STEPS(p, whole)
    for (; p < steps; p++) {
      EDGE_STEP
      a_at += a_step;
      b_at += b_step;
    }
#if PACK
    if (suspends) {
      TILE_ROWS(SUSPEND_ROW)
      continue;
    }
#endif
    FINISH_TILE(row - first, min(TILE, m - first))
  }
}

__kernel WIDE WORK_GROUP(1, 1) void gemm(
    CHAIN_PARAMETERS __global const float* restrict a, __global const float* restrict b,
#if PACK
    __global float* restrict panels,
#elif PACKED
    __global const float* restrict panels,
#endif
#if COLUMN_SUMS
    __global float* restrict column_sums,
#endif
    const int m, const int columns, const int k, const int a_offset, const int lda,
    const int b_offset, const int ldb, const int rows_per_item) {
  const int column = get_global_id(1) * PANEL;
  const int valid = min(PANEL, columns - column);
  const int first_row = get_global_id(0) * rows_per_item;
  const int last_row = min(first_row + rows_per_item, m);
#if STRIPS
  const int a_stride = lda, a_step = TILE;
#elif A_TRANSPOSED
  const int a_stride = 1, a_step = lda;
#else
  const int a_stride = lda, a_step = 1;
#endif
#if PACK
  const int depth = min(k, DEPTH);
  __global float* own = panels + (get_global_id(1) * get_global_size(0) + get_global_id(0)) *
                                     (depth + (k > DEPTH ? rows_per_item : 0)) * PANEL;
  __global const float* b_panel = own;
  const int b_step = PANEL;
#elif PACKED
  const int depth = k;
  __global const float* b_panel = panels + column * k;
  const int b_step = PANEL;
#else
  const int depth = k;
  __global const float* b_panel = b + b_offset + column;
  const int b_step = ldb;
#endif
  for (int from = 0; from < k; from += depth) {
    const int steps = min(depth, k - from);
#if PACK && B_TRANSPOSED
    pack_columns(b + b_offset + column * ldb + from, ldb, steps, valid, own);
#elif PACK
    pack_rows(b + b_offset + from * ldb + column, ldb, steps, valid, own);
#endif
#if PACK || PACKED
    const int whole = steps;
#else
    // From the last rows of B one cannot read a whole panel without leaving the matrix. Before them
    // what lies right of it is read, and never stored.
    const int whole = max(0, k - (PANEL - valid + ldb - 1) / ldb);
#endif
#if COLUMN_SUMS
    if (first_row == 0) {
      for (int j = 0; j < valid; j += VECTOR) {
        const int count = min(VECTOR, valid - j);
        vec sum = from > 0 ? load_vec(column_sums + column + j, count) : (vec)(0.0f);
        for (int p = 0; p < steps; p++) sum += load_vec(b_panel + p * b_step + j, count);
        store_vec(sum, column_sums + column + j, count);
      }
    }
#endif
    multiply_rows(CHAIN_ARGUMENTS a + a_offset + from * a_step, b_panel,
#if PACK
                  own + DEPTH * PANEL, from > 0, from + steps < k,
#endif
                  a_stride, a_step, b_step, steps, whole, first_row, last_row, m, column, columns);
  }
}

#else

// How far the steps of k are apart, in floats.
#define A_APART (A_TRANSPOSED ? lda : 1)
#define B_APART (B_TRANSPOSED ? 1 : ldb)

// The first step of a share counts as part of a line's place: the largest tile has no registers left
// for a range of steps.
#define A_ALONG_K !A_TRANSPOSED
#define A_PLACE int
#define A_LINE(place, row) place = a_offset + first * A_APART + (row) * (A_TRANSPOSED ? 1 : lda)
#define A_STEP(place, k) place = (k) * A_APART
#define A_ELEMENT(line, step) a[line + step]
#define B_ALONG_K B_TRANSPOSED
#define B_PLACE int
#define B_LINE(place, column) \
  place = b_offset + first * B_APART + (column) * (B_TRANSPOSED ? ldb : 1)
#define B_STEP(place, k) place = (k) * B_APART
#define B_ELEMENT(line, step) b[line + step]
#define RESULT(row, column, value) finish(CHAIN_ARGUMENTS share * m + row, column, n, 1, value);

#include "group_tile.h"

__kernel WORK_GROUPS(SIDE, SIDE, 2) void gemm(
    CHAIN_PARAMETERS __global const float* restrict a, __global const float* restrict b,
    const int m, const int n, const int k, const int a_offset, const int lda, const int b_offset,
    const int ldb, const int row_tiles, const int steps_per_share) {
  const int item = get_local_id(1) * SIDE + get_local_id(0);
  const int first_column = get_group_id(0) * TILE_N;
  const int first_row = get_group_id(1) % row_tiles * TILE_M;
  const int share = get_group_id(1) / row_tiles;
  const int first = share * steps_per_share;
  const int steps = min(k - first, steps_per_share);
  GROUP_PRODUCT(m, n, 0, steps)
  FINISH_GROUP(m, n)
}

#endif
