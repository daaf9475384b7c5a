// Sums of a matrix [rows, columns] with rows of `stride` floats from x[offset].
//
// column_sum: y[c] = sum over r of x[r, c]. CPU: a work-item sums a strip of STRIP columns. GPU:
// y[b, c] is the sum over block b of rows, by a work-group (column_group.h); the same again over the
// blocks gives the whole.
// sum_all: y[0] = scale times the sum of n floats, by one work-group. In a fixed order, so the bits never vary.
// sum_squares: y[g] = the sum of squares of the g-th of `groups` equal parts; with sum_all, a norm.
//
// Cost: one FLOP (two with squares) and four bytes an element; bound by memory.

#include "dialect/vector.h"

#ifdef CPU

#define STRIP (4 * VECTOR)
// Rows that one float adds up before it joins the rest: rounding grows with their number.
#define ROWS_AT_ONCE 1024

__kernel WORK_GROUP(1, 1) void column_sum(__global const float* restrict x,
                                          __global float* restrict y, const int rows,
                                          const int columns, const int offset, const int stride) {
  const int first = get_global_id(0) * STRIP;
  const int width = min(STRIP, columns - first);
  __global const float* in = x + offset + first;
  if (width == STRIP) {
    vec t0 = (vec)(0.0f), t1 = (vec)(0.0f), t2 = (vec)(0.0f), t3 = (vec)(0.0f);
    for (int block = 0; block < rows; block += ROWS_AT_ONCE) {
      vec s0 = (vec)(0.0f), s1 = (vec)(0.0f), s2 = (vec)(0.0f), s3 = (vec)(0.0f);
      const int last = min(block + ROWS_AT_ONCE, rows);
      for (int r = block; r < last; r++) {
        s0 += vload8(0, in + r * stride);
        s1 += vload8(1, in + r * stride);
        s2 += vload8(2, in + r * stride);
        s3 += vload8(3, in + r * stride);
      }
      t0 += s0;
      t1 += s1;
      t2 += s2;
      t3 += s3;
    }
    vstore8(t0, 0, y + first);
    vstore8(t1, 1, y + first);
    vstore8(t2, 2, y + first);
    vstore8(t3, 3, y + first);
  } else {
    for (int c = 0; c < width; c += VECTOR) {
      const int count = min(VECTOR, width - c);
      vec total = (vec)(0.0f);
      for (int block = 0; block < rows; block += ROWS_AT_ONCE) {
        vec sum = (vec)(0.0f);
        const int last = min(block + ROWS_AT_ONCE, rows);
        for (int r = block; r < last; r++) sum += load_vec(in + r * stride + c, count);
        total += sum;
      }
      store_vec(total, y + first + c, count);
    }
  }
}

__kernel WORK_GROUP(1, 1) void sum_all(__global const float* restrict x, __global float* restrict y,
                                       const int n, const float scale) {
  vec total = (vec)(0.0f);
  int i = 0;
  while (i + VECTOR <= n) {
    vec sum = (vec)(0.0f);
    for (int r = 0; r < ROWS_AT_ONCE && i + VECTOR <= n; r++, i += VECTOR) sum += vload8(0, x + i);
    total += sum;
  }
  if (i < n) total += load_vec(x + i, n - i);
  y[0] = sum_vec(total) * scale;
}

__kernel WORK_GROUP(1, 1) void sum_squares(__global const float* restrict x,
                                           __global float* restrict y, const int n,
                                           const int part) {
  const int group = get_global_id(0);
  const int last = min(n, (group + 1) * part);
  vec sum = (vec)(0.0f);
  int i = group * part;
  for (; i + VECTOR <= last; i += VECTOR) {
    const vec v = vload8(0, x + i);
    sum = fma(v, v, sum);
  }
  if (i < last) {
    const vec v = load_vec(x + i, last - i);
    sum = fma(v, v, sum);
  }
  y[group] = sum_vec(sum);
}

#else

#define GROUP 256
#include "dialect/group.h"
#include "column_group.h"

__kernel COLUMN_GROUP_SIZE void column_sum(__global const float* restrict x,
                                           __global float* restrict y, const int rows,
                                           const int columns, const int offset, const int stride,
                                           const int rows_per_block) {
  __local float partial[COLUMN_GROUP];
  const int column = get_global_id(0);
  const int block = get_group_id(1);
  const int last = min(rows, (block + 1) * rows_per_block);
  float sums[IN_FLIGHT] = {0.0f};
  if (column < columns) {
    __global const float* in = x + offset + column;
    int row = block * rows_per_block + get_local_id(1);
    for (; row + (IN_FLIGHT - 1) * GROUP_ROWS < last; row += IN_FLIGHT * GROUP_ROWS) {
      for (int i = 0; i < IN_FLIGHT; i++) sums[i] += in[(row + i * GROUP_ROWS) * stride];
    }
    for (; row < last; row += GROUP_ROWS) sums[0] += in[row * stride];
  }
  const float sum = rows_sum(partial, sum_of_sums(sums));
  if (get_local_id(1) == 0 && column < columns) y[block * columns + column] = sum;
}

__kernel WORK_GROUP(GROUP, 1) void sum_all(__global const float* restrict x,
                                           __global float* restrict y, const int n,
                                           const float scale) {
  __local float partial[GROUP];
  float sum = 0.0f;
  for (int i = get_local_id(0); i < n; i += GROUP) sum += x[i];
  sum = group_sum(partial, sum);
  if (get_local_id(0) == 0) y[0] = sum * scale;
}

__kernel WORK_GROUP(GROUP, 1) void sum_squares(__global const float* restrict x,
                                               __global float* restrict y, const int n,
                                               const int part) {
  __local float partial[GROUP];
  const int last = min(n, ((int)get_group_id(0) + 1) * part);
  float sum = 0.0f;
  for (int i = (int)get_group_id(0) * part + get_local_id(0); i < last; i += GROUP) {
    sum = fma(x[i], x[i], sum);
  }
  sum = group_sum(partial, sum);
  if (get_local_id(0) == 0) y[get_group_id(0)] = sum;
}

#endif
