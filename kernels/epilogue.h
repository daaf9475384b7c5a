// What becomes of a result before it is stored: the chain of a kernel that hosts one (see pointwise.cl),
// which has the result as `value`. Without a chain it is stored.

#ifndef CHAIN_BODY
#define CHAIN_PARAMETERS __global float* restrict out0,
#define CHAIN_ARGUMENTS out0,
#define CHAIN_BODY store_vec(value, out0 + row * columns + column, count);
#endif

INLINE void finish(CHAIN_PARAMETERS const int row, const int column, const int columns,
                   const int count, const vec value) {
  CHAIN_BODY
}
