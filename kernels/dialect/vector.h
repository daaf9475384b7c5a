// The vector in which a kernel computes: one AVX register on a CPU, a single float on a GPU (where
// neighbouring work-items form the vector). VECTOR is its width; loads and stores of the end of a
// row touch only `count` elements.
#ifndef INLINE
#define INLINE static inline
#endif
// Where a kernel spends its code on a CPU. PoCL optimises a kernel's body three times, as it is and as
// part of two launchers of which one is used; what the body calls it optimises once. It puts functions
// that ask for their work-item's id into the body all the same.
#define OUT_OF_LINE INLINE __attribute__((noinline))
#ifndef LOCAL_POINTER
#define LOCAL_POINTER __local
#endif
#ifndef WORK_GROUP
#define WORK_GROUP(x, y) __attribute__((reqd_work_group_size(x, y, 1)))
#endif
// The same for groups of which `together` shall fit into a multiprocessor: a bound on registers that
// only CUDA knows.
#ifndef WORK_GROUPS
#define WORK_GROUPS(x, y, together) WORK_GROUP(x, y)
#endif

// The same expression gives the same bits, fused into another kernel or not.
#ifndef __CUDACC__
#pragma OPENCL FP_CONTRACT OFF
#endif

#ifdef CPU

#define VECTOR 8
typedef float8 vec;
typedef int8 ivec;
typedef uint8 uvec;

INLINE vec load_vec(__global const float* p, int count) {
  if (count >= VECTOR) return vload8(0, p);
  float lanes[VECTOR] = {0, 0, 0, 0, 0, 0, 0, 0};
  for (int i = 0; i < count; i++) lanes[i] = p[i];
  return vload8(0, lanes);
}

INLINE void store_vec(vec v, __global float* p, int count) {
  if (count >= VECTOR) {
    vstore8(v, 0, p);
    return;
  }
  float lanes[VECTOR];
  vstore8(v, 0, lanes);
  for (int i = 0; i < count; i++) p[i] = lanes[i];
}

// The first `count` lanes, the others zero.
INLINE vec keep_vec(vec v, int count) {
  if (count >= VECTOR) return v;
  return (ivec)(0, 1, 2, 3, 4, 5, 6, 7) < (ivec)(count) ? v : (vec)(0.0f);
}

// The sum of all lanes, in a fixed order.
INLINE float sum_vec(vec v) {
  const float4 four = v.lo + v.hi;
  const float2 two = four.lo + four.hi;
  return two.x + two.y;
}

INLINE ivec bits_to_int(vec v) { return as_int8(v); }
INLINE vec bits_to_vec(ivec v) { return as_float8(v); }
INLINE vec int_to_vec(ivec v) { return convert_float8(v); }
INLINE vec uint_bits_to_vec(uvec v) { return as_float8(v); }

#else

#define VECTOR 1
typedef float vec;
typedef int ivec;
typedef uint uvec;

INLINE vec load_vec(__global const float* p, int count) { return p[0]; }
INLINE void store_vec(vec v, __global float* p, int count) { p[0] = v; }
INLINE vec keep_vec(vec v, int count) { return v; }
INLINE float sum_vec(vec v) { return v; }

#ifndef __CUDACC__
INLINE ivec bits_to_int(vec v) { return as_int(v); }
INLINE vec bits_to_vec(ivec v) { return as_float(v); }
#else
INLINE ivec bits_to_int(vec v) { return __float_as_int(v); }
INLINE vec bits_to_vec(ivec v) { return __int_as_float(v); }
#endif
INLINE vec int_to_vec(ivec v) { return (float)v; }
INLINE vec uint_bits_to_vec(uvec v) { return as_float(v); }

#endif
