// Floats to bfloat16, which is a float's upper half, and back: for a vendor's library that multiplies
// such numbers. Rounds to nearest, ties to even; what is too large becomes infinite, NaN stays NaN.
//
// A work-item (id 0) converts one element. Cost: 6 bytes an element.

#include "dialect/vector.h"

INLINE ushort nearest_bfloat16(const float value) {
  const uint bits = as_uint(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return (ushort)(bits >> 16 | 0x40u);  // a quiet NaN
  return (ushort)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

__kernel WORK_GROUP(64, 1) void narrow(__global const float* restrict in,
                                       __global ushort* restrict out, const int count) {
  const int e = get_global_id(0);
  if (e < count) out[e] = nearest_bfloat16(in[e]);
}

__kernel WORK_GROUP(64, 1) void widen(__global const ushort* restrict in,
                                      __global float* restrict out, const int count) {
  const int e = get_global_id(0);
  if (e < count) out[e] = as_float((uint)in[e] << 16);
}
