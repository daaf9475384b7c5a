// Batch normalisation's sums over the rows of [rows, columns], two at a time, in two steps.
//
//   pair_sums       parts[b][0][c], parts[b][1][c]: the sums over block b of
//                     GRADIENT 0: x - x[0], (x - x[0])^2   (about the first row, so that a mean far from 0
//                                                costs no digits; an outlier there would)
//                     GRADIENT 1: dy, dy (x - mean) deviation
//   combine_moments mean, variance and 1 / sqrt(variance + epsilon), from the first kind
//   combine_sums    the two sums, from the second kind
//
// The normalisation itself and its gradient are pointwise (f_normalize): they fuse with activations.
//
// CPU: a work-item takes block id 0, a strip of columns at a time, and one the combination. GPU: a
// work-group (column_group.h) takes a block, and then all blocks' sums.
//
// Cost: 3 or 4 FLOPs and 4 or 8 bytes an element; bound by memory.

#include "dialect/vector.h"

#ifndef GRADIENT
#define GRADIENT 0
#endif

#if GRADIENT
#define OPERANDS                                                              \
  __global const float *restrict dy, __global const float *restrict x,        \
      __global const float *restrict mean, __global const float *restrict deviation
#define ABOUT(column, count)                            \
  const vec center = load_vec(mean + (column), count);  \
  const vec factor = load_vec(deviation + (column), count);
#define PAIR(at, count)                                                      \
  const vec one = load_vec(dy + (at), count);                                \
  const vec other = one * ((load_vec(x + (at), count) - center) * factor);
#else
#define OPERANDS __global const float* restrict x
#define ABOUT(column, count) const vec center = load_vec(x + (column), count);
#define PAIR(at, count)                                   \
  const vec one = load_vec(x + (at), count) - center;     \
  const vec other = one * one;
#endif

#ifdef CPU

#define ITEM WORK_GROUP(1, 1)
#define LOCALS
#define FOR_COLUMNS for (int column = 0; column < columns; column += VECTOR)

__kernel ITEM void pair_sums(OPERANDS, __global float* restrict parts, const int rows,
                             const int columns, const int rows_per_block) {
  const int block = get_global_id(0);
  const int first = block * rows_per_block;
  const int last = min(first + rows_per_block, rows);
  __global float* part = parts + block * 2 * columns;
  int column = 0;
  // Four vectors of columns side by side hide the latency of the additions.
  for (; column + 4 * VECTOR <= columns; column += 4 * VECTOR) {
    vec sum0 = (vec)(0.0f), sum1 = (vec)(0.0f), sum2 = (vec)(0.0f), sum3 = (vec)(0.0f);
    vec other0 = (vec)(0.0f), other1 = (vec)(0.0f), other2 = (vec)(0.0f), other3 = (vec)(0.0f);
    for (int row = first; row < last; row++) {
      const int at = row * columns + column;
#define ADD_PAIR(j)                               \
  {                                               \
    ABOUT(column + j * VECTOR, VECTOR)            \
    PAIR(at + j * VECTOR, VECTOR)                 \
    sum##j += one;                                \
    other##j += other;                            \
  }
      ADD_PAIR(0) ADD_PAIR(1) ADD_PAIR(2) ADD_PAIR(3)
    }
#define STORE_PAIR(j)                                     \
  vstore8(sum##j, j, part + column);                      \
  vstore8(other##j, j, part + columns + column);
    STORE_PAIR(0) STORE_PAIR(1) STORE_PAIR(2) STORE_PAIR(3)
  }
  for (; column < columns; column += VECTOR) {
    const int count = min(VECTOR, columns - column);
    vec sum = (vec)(0.0f), sum_other = (vec)(0.0f);
    ABOUT(column, count)
    for (int row = first; row < last; row++) {
      PAIR(row * columns + column, count)
      sum += one;
      sum_other += other;
    }
    store_vec(sum, part + column, count);
    store_vec(sum_other, part + columns + column, count);
  }
}

#define COMBINE                                                                    \
  const int count = min(VECTOR, columns - column);                                 \
  vec sum = (vec)(0.0f), sum_other = (vec)(0.0f);                                  \
  for (int b = 0; b < blocks; b++) {                                               \
    sum += load_vec(parts + b * 2 * columns + column, count);                      \
    sum_other += load_vec(parts + (b * 2 + 1) * columns + column, count);          \
  }

#else

#include "column_group.h"

#define ITEM COLUMN_GROUP_SIZE
#define LOCALS __local float partial[COLUMN_GROUP];
#define FOR_COLUMNS const int column = get_global_id(0);

__kernel COLUMN_GROUP_SIZE void pair_sums(OPERANDS, __global float* restrict parts, const int rows,
                                          const int columns, const int rows_per_block) {
  LOCALS
  const int column = get_global_id(0);
  const int block = get_group_id(1);
  const int last = min(rows, (block + 1) * rows_per_block);
  float sums[IN_FLIGHT] = {0.0f}, others[IN_FLIGHT] = {0.0f};
  if (column < columns) {
    ABOUT(column, 1)
    int row = block * rows_per_block + get_local_id(1);
    for (; row + (IN_FLIGHT - 1) * GROUP_ROWS < last; row += IN_FLIGHT * GROUP_ROWS) {
      for (int i = 0; i < IN_FLIGHT; i++) {
        PAIR((row + i * GROUP_ROWS) * columns + column, 1)
        sums[i] += one;
        others[i] += other;
      }
    }
    for (; row < last; row += GROUP_ROWS) {
      PAIR(row * columns + column, 1)
      sums[0] += one;
      others[0] += other;
    }
  }
  const float sum = rows_sum(partial, sum_of_sums(sums));
  const float sum_other = rows_sum(partial, sum_of_sums(others));
  if (get_local_id(1) == 0 && column < columns) {
    parts[block * 2 * columns + column] = sum;
    parts[(block * 2 + 1) * columns + column] = sum_other;
  }
}

// Only the items of the group's first row go on.
#define COMBINE                                                      \
  const int count = 1;                                               \
  float sum = 0.0f, sum_other = 0.0f;                                \
  if (column < columns) {                                            \
    for (int b = get_local_id(1); b < blocks; b += GROUP_ROWS) {     \
      sum += parts[b * 2 * columns + column];                        \
      sum_other += parts[(b * 2 + 1) * columns + column];            \
    }                                                                \
  }                                                                  \
  sum = rows_sum(partial, sum);                                      \
  sum_other = rows_sum(partial, sum_other);                          \
  if (get_local_id(1) > 0 || column >= columns) return;

#endif

#if GRADIENT

__kernel ITEM void combine_sums(__global const float* restrict parts, __global float* restrict sums,
                                __global float* restrict others, const int columns,
                                const int blocks) {
  LOCALS
  FOR_COLUMNS {
    COMBINE
    store_vec(sum, sums + column, count);
    store_vec(sum_other, others + column, count);
  }
}

#else

__kernel ITEM void combine_moments(__global const float* restrict x,
                                   __global const float* restrict parts,
                                   __global float* restrict mean, __global float* restrict variance,
                                   __global float* restrict deviation, const int columns,
                                   const int blocks, const float share, const float epsilon) {
  LOCALS
  FOR_COLUMNS {
    COMBINE
    const vec offset = sum * share;
    const vec spread = sum_other * share - offset * offset;
    const vec positive = spread > (vec)(0.0f) ? spread : (vec)(0.0f);
    store_vec(load_vec(x + column, count) + offset, mean + column, count);
    store_vec(positive, variance + column, count);
    store_vec(1.0f / sqrt(positive + epsilon), deviation + column, count);
  }
}

#endif
