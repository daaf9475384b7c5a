// A chain of pointwise functions over [rows, columns] in one pass, and the sums of its rows.
//
// The chain is written into this template by ops/Chain.java as macros:
//   CHAIN_PARAMETERS   the kernel's leading parameters: inputs, then outputs
//   CHAIN_BODY         statements that load the inputs at (row, column), compute and store; `count`
//                      elements are valid from there; they add to sum0.. what is to be summed
//   CHAIN_SUMS         how many rows' sums the chain makes
//   CHAIN_STORE_SUMS   statements that store sum0.. of `row`
//
// CPU: a work-item walks `rows_per_item` rows and `columns_per_item` columns in vectors of eight.
// GPU: without sums a work-item computes an element, or PER_ITEM of them, whose loads are under way at
// a time; a work-group has 2^log_width columns (id 0), few where there are few, and `height` rows
// (id 1), together GROUP. With sums a work-group of GROUP sums one row.
//
// Cost: whatever the chain does; it is bound by memory: each input and output moves once.

#include "dialect/vector.h"
#include "dialect/functions.h"

#ifndef CHAIN_BODY
#define CHAIN_PARAMETERS __global const float* restrict in0, __global float* restrict out0,
#define CHAIN_BODY                                                         \
  const vec v0 = load_vec(in0 + row * columns + column, count);            \
  store_vec(f_identity(v0), out0 + row * columns + column, count);
#define CHAIN_SUMS 0
#define CHAIN_STORE_SUMS
#endif

#ifndef GROUP
#define GROUP 64
#endif
#ifndef PER_ITEM
#define PER_ITEM 1
#endif
#ifndef ALONG_COLUMNS
#define ALONG_COLUMNS 0
#endif

#ifdef CPU

__kernel WORK_GROUP(1, 1) void pointwise(
    CHAIN_PARAMETERS const int rows, const int columns, const int rows_per_item,
    const int columns_per_item) {
  const int first_row = get_global_id(1) * rows_per_item;
  const int last_row = min(first_row + rows_per_item, rows);
  const int first_column = get_global_id(0) * columns_per_item;
  const int last_column = min(first_column + columns_per_item, columns);
  for (int row = first_row; row < last_row; row++) {
#if CHAIN_SUMS > 0
    vec sum0 = (vec)(0.0f);
#endif
#if CHAIN_SUMS > 1
    vec sum1 = (vec)(0.0f);
#endif
    int column = first_column;
    for (; column + VECTOR <= last_column; column += VECTOR) {
      const int count = VECTOR;
      CHAIN_BODY
    }
    if (column < last_column) {
      const int count = last_column - column;
      CHAIN_BODY
    }
    CHAIN_STORE_SUMS
  }
}

#elif CHAIN_SUMS == 0

#if ALONG_COLUMNS
#define COLUMN_OF(j) (first_column + (j) * (int)get_num_groups(0) * width)
#define ROW_OF(j) first_row
#else
#define COLUMN_OF(j) first_column
#define ROW_OF(j) (first_row + (j) * (int)get_num_groups(1) * height)
#endif

__kernel WORK_GROUP(GROUP, 1) void pointwise(CHAIN_PARAMETERS const int rows, const int columns,
                                             const int log_width, const int height) {
  const int width = 1 << log_width;
  const int first_column = get_group_id(0) * width + (get_local_id(0) & (width - 1));
  const int first_row = get_group_id(1) * height + (get_local_id(0) >> log_width);
  const int count = 1;
#if PER_ITEM > 1
  if (COLUMN_OF(PER_ITEM - 1) < columns && ROW_OF(PER_ITEM - 1) < rows) {
    _Pragma("unroll") for (int j = 0; j < PER_ITEM; j++) {
      const int column = COLUMN_OF(j), row = ROW_OF(j);
      CHAIN_BODY
    }
    return;
  }
#endif
  for (int j = 0; j < PER_ITEM; j++) {
    const int column = COLUMN_OF(j), row = ROW_OF(j);
    if (column < columns && row < rows) {
      CHAIN_BODY
    }
  }
}

#else

#include "dialect/group.h"

__kernel WORK_GROUP(GROUP, 1) void pointwise(
    CHAIN_PARAMETERS const int rows, const int columns, const int log_width, const int height) {
  __local float partial[GROUP];
  const int row = get_global_id(1);
  vec sum0 = 0.0f;
#if CHAIN_SUMS > 1
  vec sum1 = 0.0f;
#endif
  for (int column = get_local_id(0); column < columns; column += GROUP) {
    const int count = 1;
    CHAIN_BODY
  }
  sum0 = group_sum(partial, sum0);
#if CHAIN_SUMS > 1
  sum1 = group_sum(partial, sum1);
#endif
  if (get_local_id(0) == 0) {
    CHAIN_STORE_SUMS
  }
}

#endif
