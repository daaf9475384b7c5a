// The register tile of a CPU: a work-item multiplies TILE rows of A by a panel of PANEL columns of
// B, two vectors of LANES floats wide (dialect/wide.h). Per step of k two vectors of B and TILE
// broadcasts of A feed 2 TILE multiply-adds, which keeps both FMA units busy; every element is summed
// in the order of k, whatever LANES is.
//
// Whoever includes this has in scope: a_at and b_at, pointers to the current column of A and row of
// B; a_stride, from row to row of A; a_step and b_step, from one k to the next.

#include "dialect/wide.h"

#define PANEL (2 * LANES)
#define TILE 6
#define TILE_ROWS(X) X(0) X(1) X(2) X(3) X(4) X(5)

#ifndef A_AT
#define A_AT(r) a_step_at[(r) * a_stride]
#endif

#define ZERO_ROW(r) wide low##r = (wide)(0.0f), high##r = (wide)(0.0f);
#define MULTIPLY(r)                        \
  {                                        \
    const wide scalar = (wide)(A_AT(r));   \
    low##r = fma(scalar, b_low, low##r);   \
    high##r = fma(scalar, b_high, high##r); \
  }
// Step p from here, of k.
#define STEP(p)                                                     \
  {                                                                 \
    const wide b_low = load_wide(b_at + (p) * b_step);              \
    const wide b_high = load_wide(b_at + (p) * b_step + LANES);     \
    __global const float* restrict a_step_at = a_at + (p) * a_step; \
    TILE_ROWS(MULTIPLY)                                             \
  }
// All steps of k that `from` has not reached yet.
#define STEPS(from, k)                    \
  for (; from + 4 <= (k); from += 4) {    \
    STEP(0) STEP(1) STEP(2) STEP(3)       \
    a_at += 4 * a_step;                   \
    b_at += 4 * b_step;                   \
  }                                       \
  for (; from < (k); from++) {            \
    STEP(0)                               \
    a_at += a_step;                       \
    b_at += b_step;                       \
  }

#define KEEP_ROW(r)                             \
  store_wide(low##r, tile + (r) * PANEL);       \
  store_wide(high##r, tile + (r) * PANEL + LANES);
// Rows `from` to `to` - 1 of the tile go to `finish`, as rows OUTPUT(r) of the result; `valid` of the
// tile's columns exist. By way of memory, so that the chain is compiled once and not for every row.
#define FINISH_TILE(from, to)                                                                \
  {                                                                                          \
    float tile[TILE * PANEL];                                                                \
    TILE_ROWS(KEEP_ROW)                                                                      \
    for (int r = (from); r < (to); r++) {                                                    \
      for (int j = 0; j < valid; j += VECTOR) {                                              \
        finish(CHAIN_ARGUMENTS OUTPUT(r), column + j, columns, min(VECTOR, valid - j),       \
               vload8(0, tile + r * PANEL + j));                                             \
      }                                                                                      \
    }                                                                                        \
  }

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

// k rows of `width` columns, `stride` apart, become rows of a panel; missing columns become zero.
OUT_OF_LINE void pack_rows(__global const float* from, int stride, int k, int width,
                           __global float* panel) {
  int p = 0;
  if (width == PANEL) {
    for (; p < k; p++) {
      const wide low = load_wide(from + p * stride), high = load_wide(from + p * stride + LANES);
      store_wide(low, panel + p * PANEL);
      store_wide(high, panel + p * PANEL + LANES);
    }
  }
  for (; p < k; p++) {
    for (int j = 0; j < PANEL; j += VECTOR) {
      const int count = min(VECTOR, width - j);
      vstore8(count > 0 ? load_vec(from + p * stride + j, count) : (vec)(0.0f), 0,
              panel + p * PANEL + j);
    }
  }
}

// `width` rows of k columns, `stride` apart, become columns of a panel; missing ones become zero.
OUT_OF_LINE void pack_columns(__global const float* from, int stride, int k, int width,
                              __global float* panel) {
  int p = 0;
  if (width == PANEL) {
    for (; p + VECTOR <= k; p += VECTOR) {
      for (int j = 0; j < PANEL; j += VECTOR) {
        transpose_block(from + j * stride + p, stride, panel + p * PANEL + j);
      }
    }
  }
  for (; p < k; p++) {
    for (int j = 0; j < PANEL; j++) panel[p * PANEL + j] = j < width ? from[j * stride + p] : 0.0f;
  }
}
