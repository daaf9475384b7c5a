// Operations over the rows of [rows, columns] that need a row's largest value first. (The losses
// that need no such pass, Bernoulli cross-entropy and Gaussian KL, are pointwise chains: see
// dialect/functions.h.)
//
//   log_sum_exp:  y[r] = ln sum over c of exp(x[r, c])
//   softmax:      y[r, c] = exp(x[r, c] - log_sum_exp of row r)
//   softmax_cross_entropy:  y[r] = sum over c of -target[r, c] ln softmax(x)[r, c]
//   softmax_cross_entropy_gradient:
//       dx[r, c] = (softmax(x)[r, c] sum of target[r, .] - target[r, c]) dy[r]
//
// CPU: a work-item walks a row. GPU: a work-group of GROUP walks a row.
//
// Cost: about 20 FLOPs an element, most of them in exp; each operand moves once from memory.

#include "dialect/vector.h"
#include "dialect/functions.h"

#ifdef CPU
#define STEP VECTOR
#define FIRST 0
#define ROW_GROUP WORK_GROUP(1, 1)
#define ROW_LOCALS
#define ROW_SUM(v) sum_vec(v)
#define ROW_MAX(v) max_vec(v)
#define STORES_RESULT 1
INLINE float max_vec(vec v) {
  const float4 four = max(v.lo, v.hi);
  const float2 two = max(four.lo, four.hi);
  return max(two.x, two.y);
}
#else
#define GROUP 64
#include "dialect/group.h"
#define STEP GROUP
#define FIRST get_local_id(0)
#define ROW_GROUP WORK_GROUP(GROUP, 1)
#define ROW_LOCALS __local float partial[GROUP];
#define ROW_SUM(v) group_sum(partial, v)
#define ROW_MAX(v) group_max(partial, v)
#define STORES_RESULT (get_local_id(0) == 0)
#endif

// Runs the statements for each vector of a row, with `count` valid elements at c.
#define FOR_ROW(statements)                           \
  for (int c = FIRST; c < columns; c += STEP) {       \
    const int count = min(VECTOR, columns - c);       \
    statements                                        \
  }

// Lanes beyond the row's end hold the row's first element, which changes no maximum.
INLINE vec load_or(__global const float* p, int count, float otherwise) {
#ifdef CPU
  if (count < VECTOR) {
    const ivec lane = (ivec)(0, 1, 2, 3, 4, 5, 6, 7);
    return lane < (ivec)(count) ? load_vec(p, count) : (vec)(otherwise);
  }
#endif
  return load_vec(p, count);
}

// Declares `largest`, `total` = sum of exp(x - largest), for the row at `in`.
#define ROW_EXPONENTIALS                                                           \
  __global const float* in = x + row * columns;                                    \
  vec running = (vec)(in[0]);                                                      \
  FOR_ROW(running = max(running, load_or(in + c, count, in[0]));)                  \
  const float largest = ROW_MAX(running);                                          \
  vec sum = (vec)(0.0f);                                                           \
  FOR_ROW(sum += keep_vec(f_exp(load_vec(in + c, count) - largest), count);)       \
  const float total = ROW_SUM(sum);

INLINE float log_of(float x) { return sum_vec(keep_vec(f_log((vec)(x)), 1)); }

__kernel ROW_GROUP void log_sum_exp(__global const float* restrict x, __global float* restrict y,
                                    const int columns) {
  ROW_LOCALS
  const int row = get_group_id(0);
  ROW_EXPONENTIALS
  // The sum of an infinite row is NaN.
  if (STORES_RESULT) y[row] = largest - largest == 0.0f ? largest + log_of(total) : largest;
}

__kernel ROW_GROUP void softmax(__global const float* restrict x, __global float* restrict y,
                                const int columns) {
  ROW_LOCALS
  const int row = get_group_id(0);
  ROW_EXPONENTIALS
  const float scale = 1.0f / total;
  FOR_ROW(store_vec(f_exp(load_vec(in + c, count) - largest) * scale, y + row * columns + c, count);)
}

__kernel ROW_GROUP void softmax_cross_entropy(__global const float* restrict x,
                                              __global const float* restrict target,
                                              __global float* restrict y, const int columns) {
  ROW_LOCALS
  const int row = get_group_id(0);
  ROW_EXPONENTIALS
  const float log_total = largest + log_of(total);
  __global const float* t = target + row * columns;
  vec loss = (vec)(0.0f);
  FOR_ROW(loss += load_vec(t + c, count) *
                  keep_vec(log_total - load_vec(in + c, count), count);)
  const float row_loss = ROW_SUM(loss);
  if (STORES_RESULT) y[row] = row_loss;
}

__kernel ROW_GROUP void softmax_cross_entropy_gradient(__global const float* restrict x,
                                                       __global const float* restrict target,
                                                       __global const float* restrict dy,
                                                       __global float* restrict dx,
                                                       const int columns) {
  ROW_LOCALS
  const int row = get_group_id(0);
  ROW_EXPONENTIALS
  __global const float* t = target + row * columns;
  vec mass = (vec)(0.0f);
  FOR_ROW(mass += load_vec(t + c, count);)
  const float scale = ROW_SUM(mass) / total;
  const float dy_row = dy[row];
  FOR_ROW(store_vec((f_exp(load_vec(in + c, count) - largest) * scale - load_vec(t + c, count)) * dy_row,
                    dx + row * columns + c, count);)
}
