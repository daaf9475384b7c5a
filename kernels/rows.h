// Operands that are matrices of floats whose rows may lie apart: each an argument of three, the
// memory, the offset of the first row and the stride from row to row, in floats.

#define MATRIX(name) \
  __global const float* restrict name##_at, const int name##_offset, const int name##_stride
#define RESULT(name) \
  __global float* restrict name##_at, const int name##_offset, const int name##_stride
#define ROW_OF(name, row) (name##_at + name##_offset + (row) * name##_stride)
