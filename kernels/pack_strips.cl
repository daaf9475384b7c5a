// The left operand of a deep product, A transposed [k, m] with rows of lda floats from a[a_offset], as
// gemm.cl reads it with STRIPS on a CPU: strips of TILE of its columns, k rows each. The last strip
// begins early enough to be a whole one, as the last tile does.
//
// A work-item (id 0: strips, id 1: steps of k) cuts some strips, which lie side by side in a row of
// A, at some steps.
//
// Cost: a copy.

#include "dialect/vector.h"

#ifdef CPU

#include "tile.h"

#define STRIPS_PER_ITEM 8
#define STEPS_PER_ITEM 512

__kernel WORK_GROUP(1, 1) void pack_strips(__global const float* restrict a,
                                           __global float* restrict strips, const int m,
                                           const int k, const int a_offset, const int lda) {
  const int first_row = get_global_id(0) * STRIPS_PER_ITEM * TILE;
  const int last_row = min(first_row + STRIPS_PER_ITEM * TILE, m);
  const int last_step = min((int)(get_global_id(1) + 1) * STEPS_PER_ITEM, k);
  for (int p = get_global_id(1) * STEPS_PER_ITEM; p < last_step; p++) {
    __global const float* from = a + a_offset + p * lda;
    for (int row = first_row; row < last_row; row += TILE) {
      const int first = min(row, m - TILE);
      __global float* to = strips + row * k + p * TILE;
      vstore4(vload4(0, from + first), 0, to);
      vstore2(vload2(0, from + first + 4), 0, to + 4);
    }
  }
}

#endif
