// The two numbers under which every kernel stays (Williams et al., "Roofline", CACM 2009).
//
//   peak:   independent chains of fused multiply-adds, in registers alone
//   triad:  z = x + scale y, over arrays that no cache holds (McCalpin's STREAM)
//
// peak: every work-item runs twelve chains for `steps` rounds of eight links, and stores their sum, lest
// they be dropped. Each chain starts elsewhere, lest they be merged. Twelve hide the latency of two FMA
// units of five cycles, and with x and y they fit the 16 registers of AVX2. CPU: chains are of LANES
// numbers. GPU: of one.
//
// triad: CPU: a work-item walks `per_item` elements, a multiple of VECTOR. GPU: one element.
//
// Cost: peak 192 FLOPs a step and number, no memory to speak of; triad 2 FLOPs and 12 bytes an element.

#include "dialect/vector.h"

#ifdef CPU
#include "dialect/wide.h"
#define ITEM WORK_GROUP(1, 1)
#else
#define ITEM WORK_GROUP(256, 1)
#define LANES 1
#define WIDE
typedef float wide;
#define store_wide(v, p) *(p) = v
#endif

#define CHAINS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#define START(c) wide v##c = (wide)(start + (float)c);
#define LINK(c) v##c = fma(v##c, x, y);
#define ADD(c) sum += v##c;

__kernel WIDE ITEM void peak(__global float* restrict out, const float start, const float a,
                             const float b, const int steps) {
  const wide x = (wide)(a), y = (wide)(b);
  CHAINS(START)
  for (int s = 0; s < steps; s++) {
    CHAINS(LINK) CHAINS(LINK) CHAINS(LINK) CHAINS(LINK)
    CHAINS(LINK) CHAINS(LINK) CHAINS(LINK) CHAINS(LINK)
  }
  wide sum = (wide)(0.0f);
  CHAINS(ADD)
  store_wide(sum, out + get_global_id(0) * LANES);
}

__kernel ITEM void triad(__global const float* restrict x, __global const float* restrict y,
                         __global float* restrict z, const float scale, const int per_item) {
#ifdef CPU
  const int first = get_global_id(0) * per_item;
  for (int i = first; i < first + per_item; i += VECTOR) {
    vstore8(fma(vload8(0, y + i), (vec)(scale), vload8(0, x + i)), 0, z + i);
  }
#else
  const int i = get_global_id(0);
  z[i] = fma(y[i], scale, x[i]);
#endif
}
