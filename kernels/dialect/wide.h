// The widest vector of a CPU, in which most of its arithmetic is done: LANES floats (8: AVX2; 16:
// AVX-512).
#ifndef LANES
#define LANES 8
#endif

#if LANES == 16
typedef float16 wide;
#define load_wide(p) vload16(0, p)
#define store_wide(v, p) vstore16(v, 0, p)
// Without it the compiler halves 512-bit vectors, and with them the arithmetic per cycle.
#define WIDE __attribute__((min_vector_width(512)))
#else
typedef float8 wide;
#define load_wide(p) vload8(0, p)
#define store_wide(v, p) vstore8(v, 0, p)
#define WIDE
#endif
