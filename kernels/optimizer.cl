// Optimizer steps over a whole slab of parameters at once.
//
// settings[0]: learning rate; settings[1]: largest norm of the gradient, 0 for no limit;
// norm2[0]: the squared norm of the gradient (read only if CLIP). state[2]: steps done before this.
// With GATED nothing happens where gate[0] is 0, and count[0] is the number of updates made, this one
// included. Weight decay is decoupled (Loshchilov and Hutter, "Decoupled weight decay regularization"):
// the parameter shrinks by learning rate x decay, apart from the gradient.
//
//   adam (Kingma and Ba, algorithm 1): m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
//       p -= lr m^ / (sqrt(v^) + eps), m^ and v^ corrected for the zero start
//   sgd: m = momentum m + g, p -= lr m
//   rmsprop: v = decay v + (1 - decay) g^2, p -= lr g / (sqrt(v) + eps)
//   average, behind one of these: a += (p - a) max(1 - decay, 10 / (t + 9)) in step t
//
// CPU: a work-item updates `per_item` parameters. GPU: one.
//
// Cost: about 12 FLOPs and 28 bytes a parameter (Adam); bound by memory.

#include "dialect/vector.h"

#ifndef CLIP
#define CLIP 0
#endif
#ifndef GATED
#define GATED 0
#endif

#ifdef CPU
#define ITEM WORK_GROUP(1, 1)
#define FOR_ITEM(statements)                                   \
  const int first = get_global_id(0) * per_item;               \
  const int last = min(n, first + per_item);                   \
  int i = first;                                               \
  for (; i + VECTOR <= last; i += VECTOR) {                    \
    const int count = VECTOR;                                  \
    statements                                                 \
  }                                                            \
  if (i < last) {                                              \
    const int count = last - i;                                \
    statements                                                 \
  }
#else
#define GROUP 64
#define ITEM WORK_GROUP(GROUP, 1)
#define FOR_ITEM(statements)      \
  const int i = get_global_id(0); \
  if (i < n) {                    \
    const int count = 1;          \
    statements                    \
  }
#endif

// The factor that brings a gradient's norm down to the limit.
INLINE float clip_factor(__global const float* settings, __global const float* norm2) {
#if CLIP
  const float norm = sqrt(norm2[0]);
  return settings[1] > 0.0f && norm > settings[1] ? settings[1] / norm : 1.0f;
#else
  return 1.0f;
#endif
}

#if GATED
#define GATE __global const float *restrict gate, __global const float *restrict count,
#define STEPS_DONE count[0]
#define RETURN_IF_CLOSED \
  if (gate[0] == 0.0f) return;
#else
#define GATE
#define STEPS_DONE (float)(state[2] + 1u)
#define RETURN_IF_CLOSED
#endif

#define COMMON                                                                            \
  __global float *restrict p, __global const float *restrict g,                           \
      __global const uint *restrict state, __global const float *restrict settings,       \
      __global const float *restrict norm2, GATE const int n, const int per_item

__kernel ITEM void adam(COMMON, __global float* restrict m, __global float* restrict v,
                        const float beta1, const float beta2, const float epsilon,
                        const float decay) {
  RETURN_IF_CLOSED
  const float t = STEPS_DONE;
  const float rate = settings[0];
  const float step = rate / (1.0f - pow(beta1, t));
  const float correction = 1.0f / sqrt(1.0f - pow(beta2, t));
  const float shrink = 1.0f - rate * decay;
  const float clip = clip_factor(settings, norm2);
  FOR_ITEM(
      const vec gradient = load_vec(g + i, count) * clip;
      const vec mean = fma(load_vec(m + i, count), (vec)(beta1), gradient * (1.0f - beta1));
      const vec square =
          fma(load_vec(v + i, count), (vec)(beta2), gradient * gradient * (1.0f - beta2));
      const vec update = mean / fma(sqrt(square), (vec)(correction), (vec)(epsilon));
      store_vec(mean, m + i, count);
      store_vec(square, v + i, count);
      store_vec(fma(update, (vec)(-step), load_vec(p + i, count) * shrink), p + i, count);)
}

__kernel ITEM void sgd(COMMON, __global float* restrict m, const float momentum,
                       const float decay) {
  RETURN_IF_CLOSED
  const float rate = settings[0];
  const float shrink = 1.0f - rate * decay;
  const float clip = clip_factor(settings, norm2);
  FOR_ITEM(
      const vec velocity =
          fma(load_vec(m + i, count), (vec)(momentum), load_vec(g + i, count) * clip);
      store_vec(velocity, m + i, count);
      store_vec(fma(velocity, (vec)(-rate), load_vec(p + i, count) * shrink), p + i, count);)
}

__kernel ITEM void rmsprop(COMMON, __global float* restrict v, const float smoothing,
                           const float epsilon, const float decay) {
  RETURN_IF_CLOSED
  const float rate = settings[0];
  const float shrink = 1.0f - rate * decay;
  const float clip = clip_factor(settings, norm2);
  FOR_ITEM(
      const vec gradient = load_vec(g + i, count) * clip;
      const vec square =
          fma(load_vec(v + i, count), (vec)(smoothing), gradient * gradient * (1.0f - smoothing));
      const vec update = gradient / (sqrt(square) + epsilon);
      store_vec(square, v + i, count);
      store_vec(fma(update, (vec)(-rate), load_vec(p + i, count) * shrink), p + i, count);)
}

__kernel ITEM void average(COMMON, __global float* restrict a, const float decay) {
  RETURN_IF_CLOSED
  const vec rate = (vec)(fmax(1.0f - decay, 10.0f / (STEPS_DONE + 9.0f)));
  FOR_ITEM(
      const vec mean = load_vec(a + i, count);
      store_vec(fma(load_vec(p + i, count) - mean, rate, mean), a + i, count);)
}
