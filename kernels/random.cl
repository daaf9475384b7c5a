// Random numbers by Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011): a function of a counter and a key, so that any element can be made anywhere.
//
// Key: the seed, state[0..1]. Counter: (block, stream, step, 0) where `stream` tells the tensors of
// a plan apart and `step` is state[2], which the plan advances. A block of 32 elements comes from
// eight counters: element 8 c + l of block b is word c of counter 8 b + l. That order lets a CPU
// run eight counters in one vector and a GPU write eight neighbours at once; the numbers are the
// same on both.
//
// CPU: a work-item makes BLOCKS blocks. GPU: a work-item runs one counter.
//
// Cost: about 80 integer operations for four numbers, and four bytes each.

#include "dialect/vector.h"
#include "dialect/functions.h"

// The upper half of a 64-bit product. PoCL's mul_hi of a vector goes lane by lane; a ulong8 would be
// wider than AVX2's registers.
INLINE uvec multiply_high(uvec a, uint b) {
#ifdef CPU
  const uint4 low = convert_uint4((convert_ulong4(a.lo) * (ulong)b) >> 32);
  const uint4 high = convert_uint4((convert_ulong4(a.hi) * (ulong)b) >> 32);
  return (uvec)(low, high);
#else
  return mul_hi(a, b);
#endif
}

INLINE void philox(uvec block, uint stream, uint step, uint key0, uint key1, uvec* words) {
  uvec c0 = block, c1 = (uvec)(stream), c2 = (uvec)(step), c3 = (uvec)(0u);
  for (int round = 0; round < 10; round++) {
    const uvec low0 = c0 * 0xD2511F53u, high0 = multiply_high(c0, 0xD2511F53u);
    const uvec low1 = c2 * 0xCD9E8D57u, high1 = multiply_high(c2, 0xCD9E8D57u);
    c0 = high1 ^ c1 ^ key0;
    c1 = low1;
    c2 = high0 ^ c3 ^ key1;
    c3 = low0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

// Uniform in (0, 1): the upper 23 bits, centred, so that neither end occurs.
INLINE vec unit(uvec word) {
  return uint_bits_to_vec((word >> 9) | 0x3f800000u) - 0.99999994f;
}

// Box and Muller: two standard normal numbers from two uniform ones, u and v. Sine and cosine of
// 2 pi v are taken half a turn away, where polynomials in the squared angle reach 3e-7.
INLINE void normal_pair(vec* first, vec* second) {
  const vec radius = -sqrt(-2.0f * f_log(*first));
  const vec turn = *second - 0.5f;
  const vec z = turn * turn;
  vec cosine = (vec)(6.527706146f);
  cosine = fma(cosine, z, (vec)(-2.596688461e+1f));
  cosine = fma(cosine, z, (vec)(6.016743088e+1f));
  cosine = fma(cosine, z, (vec)(-8.545011139e+1f));
  cosine = fma(cosine, z, (vec)(6.493911743e+1f));
  cosine = fma(cosine, z, (vec)(-1.973920441e+1f));
  cosine = fma(cosine, z, (vec)(1.0f));
  vec sine = (vec)(3.237780094f);
  sine = fma(sine, z, (vec)(-1.489957809e+1f));
  sine = fma(sine, z, (vec)(4.202585220e+1f));
  sine = fma(sine, z, (vec)(-7.670300293e+1f));
  sine = fma(sine, z, (vec)(8.160513306e+1f));
  sine = fma(sine, z, (vec)(-4.134170151e+1f));
  sine = fma(sine, z, (vec)(6.283185482f));
  *first = radius * cosine;
  *second = radius * (turn * sine);
}

// The four numbers of a counter, uniform or normal.
INLINE void numbers(uvec counter, uint stream, __global const uint* restrict state, vec* out,
                    int normal) {
  uvec words[4];
  philox(counter, stream, state[2], state[0], state[1], words);
  for (int c = 0; c < 4; c++) out[c] = unit(words[c]);
  if (normal) {
    normal_pair(out, out + 1);
    normal_pair(out + 2, out + 3);
  }
}

#define BLOCK 32
#define LANES 8

#ifdef CPU

#define BLOCKS 16
#define RANDOM_KERNEL(name, PARAMETERS, NORMAL, VALUE)                                          \
  __kernel WORK_GROUP(1, 1) void name(                                                          \
      __global const uint* restrict state, PARAMETERS __global float* restrict out, const int n, \
      const int stream) {                                                                       \
    const int first = get_global_id(0) * BLOCKS * BLOCK;                                        \
    for (int b = first; b < min(n, first + BLOCKS * BLOCK); b += BLOCK) {                       \
      vec drawn[4];                                                                             \
      const uvec lane = (uvec)(0, 1, 2, 3, 4, 5, 6, 7);                                         \
      numbers(lane + (uint)(b / BLOCK * LANES), stream, state, drawn, NORMAL);                  \
      for (int c = 0; c < 4; c++) {                                                             \
        const int i = b + c * LANES, count = min(LANES, n - i);                                 \
        if (count > 0) {                                                                        \
          const vec u = drawn[c];                                                               \
          store_vec(VALUE, out + i, count);                                                     \
        }                                                                                       \
      }                                                                                         \
    }                                                                                           \
  }

#else

#define GROUP 64
#define RANDOM_KERNEL(name, PARAMETERS, NORMAL, VALUE)                                          \
  __kernel WORK_GROUP(GROUP, 1) void name(                                                      \
      __global const uint* restrict state, PARAMETERS __global float* restrict out, const int n, \
      const int stream) {                                                                       \
    const int counter = get_global_id(0);                                                       \
    const int first = counter / LANES * BLOCK + counter % LANES;                                \
    if (first < n) {                                                                            \
      vec drawn[4];                                                                             \
      numbers((uvec)(counter), stream, state, drawn, NORMAL);                                   \
      for (int c = 0; c < 4; c++) {                                                             \
        const int i = first + c * LANES, count = 1;                                             \
        if (i < n) {                                                                            \
          const vec u = drawn[c];                                                               \
          store_vec(VALUE, out + i, count);                                                     \
        }                                                                                       \
      }                                                                                         \
    }                                                                                           \
  }

#endif

#define NOTHING
#define PROBABILITY __global const float* restrict probability,

RANDOM_KERNEL(random_uniform, NOTHING, 0, u)
RANDOM_KERNEL(random_normal, NOTHING, 1, u)
RANDOM_KERNEL(random_bernoulli, PROBABILITY, 0,
              u < load_vec(probability + i, count) ? (vec)(1.0f) : (vec)(0.0f))

// The end of a step: notes its metrics, `spacing` floats apart, in row (step % capacity) of history,
// and advances the step.
__kernel WORK_GROUP(1, 1) void advance(__global uint* restrict state,
                                       __global const float* restrict metrics,
                                       __global float* restrict history, const int count,
                                       const int spacing, const int capacity) {
  const uint step = state[2];
  const int row = (int)(step % (uint)capacity);
  for (int i = 0; i < count; i++) history[row * count + i] = metrics[i * spacing];
  state[2] = step + 1u;
}
