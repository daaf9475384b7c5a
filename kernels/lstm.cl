// The pointwise part of a step of a long short-term memory, behind the product that gives its gates.
// Matrices of N rows, each with an offset and a stride; gates are [N, 4 units], in the order input i,
// forget f, candidate g, output o.
//
//   cell' = sigmoid(f) cell + sigmoid(i) tanh(g)     hidden' = sigmoid(o) tanh(cell')
//
// CPU: a work-item computes a row (id 1), in vectors. GPU: a work-item computes a unit (id 0) of it.
//
// Cost: five activations forward and one backward, for each unit; each operand moves once.

#include "dialect/vector.h"
#include "dialect/functions.h"
#include "rows.h"

#ifdef CPU
#define ITEM WORK_GROUP(1, 1)
#define FOR_UNITS for (int u = 0; u < units; u += VECTOR)
#else
#define ITEM WORK_GROUP(64, 1)
#define FOR_UNITS for (int u = get_global_id(0); u < units; u += get_global_size(0))
#endif

#define ROW(name) ROW_OF(name, row)

// Whether the activated gates are stored, for the gradient: not in inference.
#ifndef KEEP_GATES
#define KEEP_GATES 0
#endif
// Whether the gradient by the old cells is wanted: not in the first step.
#ifndef CELL_GRADIENT
#define CELL_GRADIENT 0
#endif

__kernel ITEM void lstm_step(MATRIX(gates), MATRIX(cell), RESULT(hidden), RESULT(new_cell),
#if KEEP_GATES
                             RESULT(activated),
#endif
                             const int units) {
  const int row = get_global_id(1);
  __global const float* gates = ROW(gates);
  FOR_UNITS {
    const int count = min(VECTOR, units - u);
    const vec i = f_sigmoid(load_vec(gates + u, count));
    const vec f = f_sigmoid(load_vec(gates + units + u, count));
    const vec g = f_tanh(load_vec(gates + 2 * units + u, count));
    const vec o = f_sigmoid(load_vec(gates + 3 * units + u, count));
    const vec c = f * load_vec(ROW(cell) + u, count) + i * g;
    store_vec(c, ROW(new_cell) + u, count);
    store_vec(o * f_tanh(c), ROW(hidden) + u, count);
#if KEEP_GATES
    store_vec(i, ROW(activated) + u, count);
    store_vec(f, ROW(activated) + units + u, count);
    store_vec(g, ROW(activated) + 2 * units + u, count);
    store_vec(o, ROW(activated) + 3 * units + u, count);
#endif
  }
}

__kernel ITEM void lstm_step_gradient(MATRIX(activated), MATRIX(cell), MATRIX(new_cell),
                                      MATRIX(d_hidden), MATRIX(d_new_cell), RESULT(d_gates),
#if CELL_GRADIENT
                                      RESULT(d_cell),
#endif
                                      const int units) {
  const int row = get_global_id(1);
  __global const float* activated = ROW(activated);
  __global float* d_gates = ROW(d_gates);
  FOR_UNITS {
    const int count = min(VECTOR, units - u);
    const vec i = load_vec(activated + u, count);
    const vec f = load_vec(activated + units + u, count);
    const vec g = load_vec(activated + 2 * units + u, count);
    const vec o = load_vec(activated + 3 * units + u, count);
    const vec squashed = f_tanh(load_vec(ROW(new_cell) + u, count));
    const vec dh = load_vec(ROW(d_hidden) + u, count);
    const vec dc = load_vec(ROW(d_new_cell) + u, count) + f_tanh_gradient(squashed, dh * o);
    store_vec(f_sigmoid_gradient(i, dc * g), d_gates + u, count);
    store_vec(f_sigmoid_gradient(f, dc * load_vec(ROW(cell) + u, count)), d_gates + units + u,
              count);
    store_vec(f_tanh_gradient(g, dc * i), d_gates + 2 * units + u, count);
    store_vec(f_sigmoid_gradient(o, dh * squashed), d_gates + 3 * units + u, count);
#if CELL_GRADIENT
    store_vec(dc * f, ROW(d_cell) + u, count);
#endif
  }
}
