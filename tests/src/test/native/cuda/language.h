// CUDA C++ for the host's compiler, as far as the kernels use it; compiler.c puts it before them. The
// threads of a block take turns (grid.c), and blocks come one after the other, so that what they
// share can be static.
#pragma once

// No header of the system's: <math.h> takes longer to compile than most kernels.
#include "grid.h"

#define EXPORTED extern "C" __attribute__((visibility("default")))
#define __global__
#define __device__
#define __forceinline__ inline
#define __shared__ static __attribute__((section("shared_memory")))
#define __launch_bounds__(...)

EXPORTED struct here here;
struct here here;

#define threadIdx here.thread
#define blockIdx here.block
#define blockDim here.block_size
#define gridDim here.grid_size

static inline void __syncthreads() { here.barrier(); }

struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};

template <class To, class From>
static inline To same_bits(From from) {
  To to;
  __builtin_memcpy(&to, &from, sizeof to);
  return to;
}
static inline float __uint_as_float(unsigned bits) { return same_bits<float>(bits); }
static inline float __int_as_float(int bits) { return same_bits<float>(bits); }
static inline unsigned __float_as_uint(float value) { return same_bits<unsigned>(value); }
static inline int __float_as_int(float value) { return same_bits<int>(value); }
static inline unsigned __umulhi(unsigned a, unsigned b) {
  return static_cast<unsigned>(static_cast<unsigned long long>(a) * b >> 32);
}

static inline int max(int a, int b) { return a > b ? a : b; }
static inline int min(int a, int b) { return a < b ? a : b; }
static inline float max(float a, float b) { return __builtin_fmaxf(a, b); }
static inline float min(float a, float b) { return __builtin_fminf(a, b); }
static inline float fabs(float x) { return __builtin_fabsf(x); }
static inline float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
static inline float fmax(float a, float b) { return __builtin_fmaxf(a, b); }
static inline float fmin(float a, float b) { return __builtin_fminf(a, b); }
static inline float floor(float x) { return __builtin_floorf(x); }
static inline float pow(float x, float y) { return __builtin_powf(x, y); }
static inline float sqrt(float x) { return __builtin_sqrtf(x); }

// The linker's names for both ends of the section; neither is there if no kernel shares anything.
extern "C" __attribute__((weak, visibility("hidden"))) char __start_shared_memory, __stop_shared_memory;
EXPORTED struct shared shared;
struct shared shared = {&__start_shared_memory, &__stop_shared_memory};

template <size_t... I>
struct Indices {};
template <size_t N, size_t... I>
struct IndicesBelow : IndicesBelow<N - 1, N - 1, I...> {};
template <size_t... I>
struct IndicesBelow<0, I...> : Indices<I...> {};

template <auto F>
struct Entry;
template <class... Parameters, void (*F)(Parameters...)>
struct Entry<F> {
  static constexpr size_t sizes[] = {sizeof(Parameters)..., 0};
  template <size_t... I>
  static void run(void **arguments, Indices<I...>) {
    F(*static_cast<Parameters *>(arguments[I])...);
  }
  static void run(void **arguments) { run(arguments, IndicesBelow<sizeof...(Parameters)>()); }
};

constexpr unsigned launch_bound(unsigned threads, unsigned = 1) { return threads; }

#define ENTRY(name, most_threads)      \
  EXPORTED struct kernel name##_entry; \
  struct kernel name##_entry = {Entry<&name>::run, Entry<&name>::sizes, most_threads};
