// The parameters of an LSTM in the order in which a vendor's library wants them, and back.
//
//   ours: weight [inputs + units, 4 units], bias [4 units], gates in the order i, f, g, o;
//   theirs: for each gate [units, inputs], one after another, from input_weights; [units, units] from
//   hidden_weights; and the bias from biases.
//
// A work-item moves a column (id 0) of a row (id 1) of the weight, or in the row behind them of the
// bias. Neighbours lie side by side in ours, and `inputs` or `units` floats apart in theirs.
//
// Cost: no arithmetic; each element is read and written once.

#include "dialect/vector.h"

INLINE int place(const int row, const int column, const int inputs, const int units,
                 const int input_weights, const int hidden_weights, const int biases) {
  if (row < inputs) return input_weights + column * inputs + row;
  if (row < inputs + units) return hidden_weights + column * units + row - inputs;
  return biases + column;
}

#define PLACE place(row, column, inputs, units, input_weights, hidden_weights, biases)

__kernel WORK_GROUP(64, 1) void pack(__global const float* restrict weight,
                                     __global const float* restrict bias,
                                     __global float* restrict theirs, const int inputs,
                                     const int units, const int input_weights,
                                     const int hidden_weights, const int biases) {
  const int column = get_global_id(0), row = get_global_id(1);
  if (column < 4 * units) {
    const int at = row * 4 * units + column;
    theirs[PLACE] = row < inputs + units ? weight[at] : bias[column];
  }
}

__kernel WORK_GROUP(64, 1) void unpack(__global float* restrict weight,
                                       __global float* restrict bias,
                                       __global const float* restrict theirs, const int inputs,
                                       const int units, const int input_weights,
                                       const int hidden_weights, const int biases) {
  const int column = get_global_id(0), row = get_global_id(1);
  if (column < 4 * units) {
    const int at = row * 4 * units + column;
    if (row < inputs + units) {
      weight[at] = theirs[PLACE];
    } else {
      bias[column] = theirs[PLACE];
    }
  }
}
