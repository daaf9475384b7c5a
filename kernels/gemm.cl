// C = A B, each operand as it lies or transposed, and whatever pointwise chain follows it.
//
//   A is [m, k] (A_TRANSPOSED: [k, m]) with rows of lda floats from a[a_offset],
//   B is [k, n] (B_TRANSPOSED: [n, k]) with rows of ldb floats from b[b_offset].
//
// The chain (see pointwise.cl) receives the product as `value` and stores what is to be kept, so
// alpha, beta, bias, activations and activation gradients cost no pass of their own.
//
// CPU: a work-item (id 0: block of rows_per_item rows, id 1: panel) computes a panel of 16 columns,
// in tiles of 6 x 16: twelve accumulators of eight floats, two vectors of B and six broadcasts of A
// per step of k, which fills the FMA units of AVX2. B is read as it lies; with PACK the work-item
// first copies its panel to panels[], contiguous, which B_TRANSPOSED needs and which pays where the
// rows of B are a power of two apart (they would fall into one cache set). SHORT allows m < 6.
//
// With COLUMN_SUMS (B not transposed) the work-items that come to a panel first also sum its columns
// over k, in the order of column_sum: the gradient of a bias, beside that of its weight.
//
// GPU: a work-group of 16 x 16 computes a tile of TILE_M x TILE_N through local memory, TILE_K
// deep; a work-item computes every 16th row and column of it.
//
// Cost: 2 m n k FLOPs; each operand moves once at best.

#include "dialect/vector.h"
#include "dialect/functions.h"

#ifndef CHAIN_BODY
#define CHAIN_PARAMETERS __global float* restrict out0,
#define CHAIN_ARGUMENTS out0,
#define CHAIN_BODY store_vec(value, out0 + row * columns + column, count);
#endif
#ifndef A_TRANSPOSED
#define A_TRANSPOSED 0
#endif
#ifndef B_TRANSPOSED
#define B_TRANSPOSED 0
#endif
#ifndef COLUMN_SUMS
#define COLUMN_SUMS 0
#endif

INLINE void finish(CHAIN_PARAMETERS const int row, const int column, const int columns,
                   const int count, const vec value) {
  CHAIN_BODY
}

#ifdef CPU

#ifndef PACK
#define PACK B_TRANSPOSED
#endif
#ifndef SHORT
#define SHORT 1
#endif
#define PANEL 16
#define TILE 6
#define TILE_ROWS(X) X(0) X(1) X(2) X(3) X(4) X(5)

#if PACK && B_TRANSPOSED

#define INTERLEAVE_LOW(x, y) (vec)(x.s0, y.s0, x.s1, y.s1, x.s4, y.s4, x.s5, y.s5)
#define INTERLEAVE_HIGH(x, y) (vec)(x.s2, y.s2, x.s3, y.s3, x.s6, y.s6, x.s7, y.s7)
#define PAIR_LOW(x, y) (vec)(x.s01, y.s01, x.s45, y.s45)
#define PAIR_HIGH(x, y) (vec)(x.s23, y.s23, x.s67, y.s67)

// Transposes 8 x 8 floats: rows of `from`, `stride` apart, become columns of `to`, PANEL apart.
INLINE void transpose_block(__global const float* from, int stride, __global float* to) {
  const vec r0 = vload8(0, from), r1 = vload8(0, from + stride);
  const vec r2 = vload8(0, from + 2 * stride), r3 = vload8(0, from + 3 * stride);
  const vec r4 = vload8(0, from + 4 * stride), r5 = vload8(0, from + 5 * stride);
  const vec r6 = vload8(0, from + 6 * stride), r7 = vload8(0, from + 7 * stride);
  const vec s0 = INTERLEAVE_LOW(r0, r1), s1 = INTERLEAVE_HIGH(r0, r1);
  const vec s2 = INTERLEAVE_LOW(r2, r3), s3 = INTERLEAVE_HIGH(r2, r3);
  const vec s4 = INTERLEAVE_LOW(r4, r5), s5 = INTERLEAVE_HIGH(r4, r5);
  const vec s6 = INTERLEAVE_LOW(r6, r7), s7 = INTERLEAVE_HIGH(r6, r7);
  const vec t0 = PAIR_LOW(s0, s2), t1 = PAIR_HIGH(s0, s2);
  const vec t2 = PAIR_LOW(s1, s3), t3 = PAIR_HIGH(s1, s3);
  const vec t4 = PAIR_LOW(s4, s6), t5 = PAIR_HIGH(s4, s6);
  const vec t6 = PAIR_LOW(s5, s7), t7 = PAIR_HIGH(s5, s7);
  vstore8((vec)(t0.lo, t4.lo), 0, to);
  vstore8((vec)(t1.lo, t5.lo), 0, to + PANEL);
  vstore8((vec)(t2.lo, t6.lo), 0, to + 2 * PANEL);
  vstore8((vec)(t3.lo, t7.lo), 0, to + 3 * PANEL);
  vstore8((vec)(t0.hi, t4.hi), 0, to + 4 * PANEL);
  vstore8((vec)(t1.hi, t5.hi), 0, to + 5 * PANEL);
  vstore8((vec)(t2.hi, t6.hi), 0, to + 6 * PANEL);
  vstore8((vec)(t3.hi, t7.hi), 0, to + 7 * PANEL);
}

// Rows of `b` (n of them, `width` here) become columns of the panel; missing ones become zero.
INLINE void pack(__global const float* b, int ldb, int k, int width, __global float* panel) {
  int p = 0;
  if (width == PANEL) {
    for (; p + VECTOR <= k; p += VECTOR) {
      transpose_block(b + p, ldb, panel + p * PANEL);
      transpose_block(b + p + VECTOR * ldb, ldb, panel + p * PANEL + VECTOR);
    }
  }
  for (; p < k; p++) {
    for (int j = 0; j < PANEL; j++) panel[p * PANEL + j] = j < width ? b[j * ldb + p] : 0.0f;
  }
}

#elif PACK

INLINE void pack(__global const float* b, int ldb, int k, int width, __global float* panel) {
  const int low = min(width, VECTOR), high = width - low;
  for (int p = 0; p < k; p++) {
    vstore8(load_vec(b + p * ldb, low), 0, panel + p * PANEL);
    vstore8(load_vec(b + p * ldb + VECTOR, high), 0, panel + p * PANEL + VECTOR);
  }
}

#endif

// Element `first + r` of the current column of A. A product with fewer rows than a tile repeats its
// last one.
#if SHORT
#define A_AT(r) a_step_at[min(r, m - 1) * a_stride]
#else
#define A_AT(r) a_step_at[r * a_stride]
#endif
#define ZERO_ROW(r) vec low##r = (vec)(0.0f), high##r = (vec)(0.0f);
#define MULTIPLY(r)                                 \
  {                                                 \
    const vec scalar = (vec)(A_AT(r));              \
    low##r = fma(scalar, b_low, low##r);            \
    high##r = fma(scalar, b_high, high##r);         \
  }
// One step of k for a whole tile, with whole or partial vectors of B.
#define STEP(p)                                                    \
  {                                                                \
    const vec b_low = vload8(0, b_at + (p) * b_step);              \
    const vec b_high = vload8(0, b_at + (p) * b_step + VECTOR);    \
    __global const float* restrict a_step_at = a_at + (p) * a_step; \
    TILE_ROWS(MULTIPLY)                                            \
  }
#define EDGE_STEP                                                                  \
  {                                                                                \
    const vec b_low = load_vec(b_at, min(width, VECTOR));                          \
    const vec b_high = load_vec(b_at + VECTOR, width - VECTOR);                    \
    __global const float* restrict a_step_at = a_at;                               \
    TILE_ROWS(MULTIPLY)                                                            \
  }
#define FINISH(r)                                                                             \
  if (first + r >= row && first + r < m) {                                                    \
    finish(CHAIN_ARGUMENTS first + r, column, n, min(width, VECTOR), low##r);                 \
    if (width > VECTOR)                                                                       \
      finish(CHAIN_ARGUMENTS first + r, column + VECTOR, n, width - VECTOR, high##r);         \
  }
#define FINISH_WHOLE(r)                                                           \
  if (first + r >= row) {                                                         \
    finish(CHAIN_ARGUMENTS first + r, column, n, VECTOR, low##r);                 \
    finish(CHAIN_ARGUMENTS first + r, column + VECTOR, n, VECTOR, high##r);       \
  }

__kernel WORK_GROUP(1, 1) void gemm(
    CHAIN_PARAMETERS __global const float* restrict a, __global const float* restrict b,
#if PACK
    __global float* restrict panels,
#endif
#if COLUMN_SUMS
    __global float* restrict column_sums,
#endif
    const int m, const int n, const int k, const int a_offset, const int lda, const int b_offset,
    const int ldb, const int rows_per_item) {
  const int column = get_global_id(1) * PANEL;
  const int width = min(PANEL, n - column);
  const int first_row = get_global_id(0) * rows_per_item;
  const int last_row = min(first_row + rows_per_item, m);
#if A_TRANSPOSED
  const int a_stride = 1, a_step = lda;
#else
  const int a_stride = lda, a_step = 1;
#endif
#if PACK
  __global float* b_panel =
      panels + (get_global_id(1) * get_global_size(0) + get_global_id(0)) * PANEL * k;
  pack(b + b_offset + column * (B_TRANSPOSED ? ldb : 1), ldb, k, width, b_panel);
  const int b_step = PANEL;
  const int whole = k;
#else
  __global const float* b_panel = b + b_offset + column;
  const int b_step = ldb;
  // From the last rows of B one cannot read a whole panel without leaving the matrix. Before them
  // what lies right of it is read, and never stored.
  const int whole = max(0, k - (PANEL - width + ldb - 1) / ldb);
#endif
#if COLUMN_SUMS
  if (first_row == 0) {
    const int low_count = min(width, VECTOR), high_count = width - low_count;
    vec low = (vec)(0.0f), high = (vec)(0.0f);
    for (int p = 0; p < k; p++) {
      low += load_vec(b_panel + p * b_step, low_count);
      high += load_vec(b_panel + p * b_step + VECTOR, high_count);
    }
    store_vec(low, column_sums + column, low_count);
    store_vec(high, column_sums + column + VECTOR, high_count);
  }
#endif
  for (int row = first_row; row < last_row; row += TILE) {
    // The last tile begins early enough to be a whole one; what it computes again is not stored.
    const int first = max(0, min(row, m - TILE));
    __global const float* restrict a_at = a + a_offset + first * a_stride;
    __global const float* restrict b_at = b_panel;
    TILE_ROWS(ZERO_ROW)
    int p = 0;
    for (; p + 4 <= whole; p += 4) {
      STEP(0) STEP(1) STEP(2) STEP(3)
      a_at += 4 * a_step;
      b_at += 4 * b_step;
    }
    for (; p < k; p++) {
      if (p < whole) STEP(0) else EDGE_STEP
      a_at += a_step;
      b_at += b_step;
    }
    if (width == PANEL && m >= TILE) {
      TILE_ROWS(FINISH_WHOLE)
    } else {
      TILE_ROWS(FINISH)
    }
  }
}

#else

#ifndef TILE_M
#define TILE_M 64
#endif
#ifndef TILE_N
#define TILE_N 64
#endif
#ifndef TILE_K
#define TILE_K 16
#endif
#define SIDE 16
#define ITEM_M (TILE_M / SIDE)
#define ITEM_N (TILE_N / SIDE)

__kernel WORK_GROUP(SIDE, SIDE) void gemm(
    CHAIN_PARAMETERS __global const float* restrict a, __global const float* restrict b,
#if COLUMN_SUMS
    __global float* restrict column_sums,
#endif
    const int m, const int n, const int k, const int a_offset, const int lda, const int b_offset,
    const int ldb) {
  // One column of padding keeps the transposed writes free of bank conflicts.
  __local float a_tile[TILE_K * (TILE_M + 1)];
  __local float b_tile[TILE_K * (TILE_N + 1)];
  const int x = get_local_id(0), y = get_local_id(1);
  const int item = y * SIDE + x;
  const int first_column = get_group_id(0) * TILE_N;
  const int first_row = get_group_id(1) * TILE_M;
  float sum[ITEM_M][ITEM_N];
  for (int i = 0; i < ITEM_M; i++) {
    for (int j = 0; j < ITEM_N; j++) sum[i][j] = 0.0f;
  }
  for (int first = 0; first < k; first += TILE_K) {
    for (int e = item; e < TILE_K * TILE_M; e += SIDE * SIDE) {
#if A_TRANSPOSED
      const int i = e % TILE_M, p = e / TILE_M;
#else
      const int i = e / TILE_K, p = e % TILE_K;
#endif
      const int row = first_row + i, step = first + p;
      a_tile[p * (TILE_M + 1) + i] =
          row < m && step < k ? a[a_offset + (A_TRANSPOSED ? step * lda + row : row * lda + step)]
                              : 0.0f;
    }
    for (int e = item; e < TILE_K * TILE_N; e += SIDE * SIDE) {
#if B_TRANSPOSED
      const int j = e / TILE_K, p = e % TILE_K;
#else
      const int j = e % TILE_N, p = e / TILE_N;
#endif
      const int column = first_column + j, step = first + p;
      b_tile[p * (TILE_N + 1) + j] =
          column < n && step < k
              ? b[b_offset + (B_TRANSPOSED ? column * ldb + step : step * ldb + column)]
              : 0.0f;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int p = 0; p < TILE_K; p++) {
      for (int i = 0; i < ITEM_M; i++) {
        const float scalar = a_tile[p * (TILE_M + 1) + y + i * SIDE];
        for (int j = 0; j < ITEM_N; j++) {
          sum[i][j] = fma(scalar, b_tile[p * (TILE_N + 1) + x + j * SIDE], sum[i][j]);
        }
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
#if COLUMN_SUMS
  // The four partial sums of column_sum, by one work-item and so without a barrier in a condition.
  const int summed = first_column + item;
  if (first_row == 0 && item < TILE_N && summed < n) {
    float partial[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    for (int p = 0; p < k; p++) partial[p % 4] += b[b_offset + p * ldb + summed];
    column_sums[summed] = partial[0] + partial[1] + partial[2] + partial[3];
  }
#endif
  for (int i = 0; i < ITEM_M; i++) {
    for (int j = 0; j < ITEM_N; j++) {
      const int row = first_row + y + i * SIDE, column = first_column + x + j * SIDE;
      if (row < m && column < n) finish(CHAIN_ARGUMENTS row, column, n, 1, sum[i][j]);
    }
  }
}

#endif
