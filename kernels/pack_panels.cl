// The right operand of products, B [k, columns] (B_TRANSPOSED: [columns, k]) with rows of ldb floats
// from b[b_offset], as gemm.cl reads it with PACKED on a CPU: panels of PANEL columns, k rows each.
// For a B that several products read; a single one packs its own.
//
// Cost: a copy.

#include "dialect/vector.h"

#ifndef B_TRANSPOSED
#define B_TRANSPOSED 0
#endif

#ifdef CPU

#include "tile.h"

__kernel WORK_GROUP(1, 1) void pack_panels(__global const float* restrict b,
                                           __global float* restrict panels, const int columns,
                                           const int k, const int b_offset, const int ldb) {
  const int column = get_global_id(0) * PANEL;
  const int valid = min(PANEL, columns - column);
  __global float* panel = panels + column * k;
#if B_TRANSPOSED
  pack_columns(b + b_offset + column * ldb, ldb, k, valid, panel);
#else
  pack_rows(b + b_offset + column, ldb, k, valid, panel);
#endif
}

#endif
