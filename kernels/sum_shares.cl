// A product whose steps were divided into shares: the parts of each result, added in the order of the
// shares, and whatever pointwise chain follows (see pointwise.cl).
//
//   parts[share][row][column], of part_rows rows of part_columns floats, padding included
//   result[row][column] = sum over s of parts[s][row][column]
//
// FIELD_FIRST: the result is [taps, fields, channels], the parts of it have a row for each tap and
// channel and a column for each field.
//
// A work-item takes rows_per_item rows (id 1). CPU: all of their columns. GPU: one of id 0.
//
// Cost: each part moves once.

#include "dialect/vector.h"
#include "dialect/functions.h"

#ifndef CHAIN_BODY
#define CHAIN_PARAMETERS __global float* restrict out0,
#define CHAIN_BODY store_vec(value, out0 + row * columns + column, count);
#endif
#ifndef FIELD_FIRST
#define FIELD_FIRST 0
#endif

#ifdef CPU
#define ITEM WORK_GROUP(1, 1)
#define FOR_COLUMNS for (int column = 0; column < columns; column += VECTOR)
#else
#define ITEM WORK_GROUP(64, 1)
#define FOR_COLUMNS for (int column = get_global_id(0); column < columns; column += get_global_size(0))
#endif

__kernel ITEM void sum_shares(CHAIN_PARAMETERS __global const float* restrict parts,
                              const int shares, const int part_rows, const int part_columns,
                              const int rows, const int columns, const int fields,
                              const int rows_per_item) {
  const int first = get_global_id(1) * rows_per_item;
  const int last = min(first + rows_per_item, rows);
  for (int row = first; row < last; row++) {
#if FIELD_FIRST
    // Of this tap the first channel, of this field.
    __global const float* part = parts + row / fields * columns * part_columns + row % fields;
    FOR_COLUMNS {
      const int count = min(VECTOR, columns - column);
#ifdef CPU
      float lanes[VECTOR];
      for (int i = 0; i < count; i++) {
        float sum = 0.0f;
        for (int s = 0; s < shares; s++) sum += part[(s * part_rows + column + i) * part_columns];
        lanes[i] = sum;
      }
      for (int i = count; i < VECTOR; i++) lanes[i] = 0.0f;
      const vec value = vload8(0, lanes);
#else
      float value = 0.0f;
      for (int s = 0; s < shares; s++) value += part[(s * part_rows + column) * part_columns];
#endif
      CHAIN_BODY
    }
#else
    __global const float* part = parts + row * part_columns;
    FOR_COLUMNS {
      const int count = min(VECTOR, columns - column);
      vec value = (vec)(0.0f);
      for (int s = 0; s < shares; s++) {
        value += load_vec(part + s * part_rows * part_columns + column, count);
      }
      CHAIN_BODY
    }
#endif
  }
}
