// Lets the OpenCL C sources of this folder compile as CUDA: by NVRTC at run time, by nvcc in tests.
// Only what the kernels use is here. They keep to OpenCL C 1.2, on a GPU without vector types (but for
// loads of float2 and float4, which CUDA has too), with explicit work-group sizes and no barrier in
// divergent code.
#pragma once

#define __kernel extern "C" __global__
#define __global
#define __local __shared__
#define LOCAL_POINTER
#define restrict __restrict__
#define INLINE static __device__ __forceinline__
#define WORK_GROUP(x, y) __launch_bounds__((x) * (y))
#define WORK_GROUPS(x, y, together) __launch_bounds__((x) * (y), together)

typedef unsigned int uint;
typedef unsigned short ushort;

#define CLK_LOCAL_MEM_FENCE 0
INLINE void barrier(int) { __syncthreads(); }

INLINE int get_local_id(int d) { return d == 0 ? threadIdx.x : d == 1 ? threadIdx.y : threadIdx.z; }
INLINE int get_local_size(int d) { return d == 0 ? blockDim.x : d == 1 ? blockDim.y : blockDim.z; }
// A grid of CUDA has up to 2^31 - 1 groups in x, but only 65,535 in y: more rows of groups than that
// are launched with both axes exchanged, and TALL_GRID.
#ifdef TALL_GRID
INLINE int get_group_id(int d) { return d == 0 ? blockIdx.y : d == 1 ? blockIdx.x : blockIdx.z; }
INLINE int get_num_groups(int d) { return d == 0 ? gridDim.y : d == 1 ? gridDim.x : gridDim.z; }
#else
INLINE int get_group_id(int d) { return d == 0 ? blockIdx.x : d == 1 ? blockIdx.y : blockIdx.z; }
INLINE int get_num_groups(int d) { return d == 0 ? gridDim.x : d == 1 ? gridDim.y : gridDim.z; }
#endif
INLINE int get_global_id(int d) { return get_group_id(d) * get_local_size(d) + get_local_id(d); }
INLINE int get_global_size(int d) { return get_num_groups(d) * get_local_size(d); }

INLINE uint mul_hi(uint a, uint b) { return __umulhi(a, b); }
INLINE float as_float(uint bits) { return __uint_as_float(bits); }
INLINE uint as_uint(float value) { return __float_as_uint(value); }

#ifndef INFINITY
#define INFINITY __uint_as_float(0x7f800000u)
#define NAN __uint_as_float(0x7fc00000u)
#endif
