// Every row of [rows, columns] `times` over, and the adjoint.
//
//   repeat:       y[r times + j, c] = x[r, c]
//   sum_repeats:  y[r, c] = sum over j of x[r times + j, c]
//
// CPU: a work-item walks the columns of row id 1. GPU: one column (id 0) of it.
//
// Cost: a copy; bound by memory.

#include "dialect/vector.h"

#ifdef CPU
#define ITEM WORK_GROUP(1, 1)
#define FOR_COLUMNS for (int c = 0; c < columns; c += VECTOR)
#else
#define ITEM WORK_GROUP(64, 1)
#define FOR_COLUMNS for (int c = get_global_id(0); c < columns; c += get_global_size(0))
#endif

__kernel ITEM void repeat(__global const float* restrict x, __global float* restrict y,
                          const int columns, const int times) {
  const int row = get_global_id(1);
  FOR_COLUMNS {
    const int count = min(VECTOR, columns - c);
    const vec v = load_vec(x + row * columns + c, count);
    for (int j = 0; j < times; j++) store_vec(v, y + (row * times + j) * columns + c, count);
  }
}

__kernel ITEM void sum_repeats(__global const float* restrict x, __global float* restrict y,
                               const int columns, const int times) {
  const int row = get_global_id(1);
  FOR_COLUMNS {
    const int count = min(VECTOR, columns - c);
    vec sum = (vec)(0.0f);
    for (int j = 0; j < times; j++) sum += load_vec(x + (row * times + j) * columns + c, count);
    store_vec(sum, y + row * columns + c, count);
  }
}
