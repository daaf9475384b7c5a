package dev.glimpse.ops;

import java.util.List;

/**
 * A step of a long short-term memory in plain Java and double precision, as its formulas say
 * (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000). Gates are {@code [N,
 * 4 H]}, in the order input, forget, candidate, output; all else is {@code [N, H]}.
 */
public final class RecurrentReference {
  private static final int INPUT = 0;
  private static final int FORGET = 1;
  private static final int CANDIDATE = 2;
  private static final int OUTPUT = 3;

  private RecurrentReference() {}

  /** The hidden state, the new cells, and the gates after their activations. */
  public static List<Array> lstm(Array gates, Array cell) {
    var hidden = Array.zeros(cell.shape());
    var newCell = Array.zeros(cell.shape());
    var activated = Array.zeros(gates.shape());
    for (int n = 0; n < cell.rows(); n++) {
      for (int u = 0; u < cell.columns(); u++) {
        double i = sigmoid(gate(gates, INPUT, n, u));
        double f = sigmoid(gate(gates, FORGET, n, u));
        double g = Math.tanh(gate(gates, CANDIDATE, n, u));
        double o = sigmoid(gate(gates, OUTPUT, n, u));
        double c = f * cell.at(n, u) + i * g;
        newCell.set(n, u, c);
        hidden.set(n, u, o * Math.tanh(c));
        setGates(activated, n, u, i, f, g, o);
      }
    }
    return List.of(hidden, newCell, activated);
  }

  /** The gradients by the gates, before their activations, and by the old cells. */
  public static List<Array> lstmGradient(
      Array activated, Array cell, Array newCell, Array dHidden, Array dNewCell) {
    var dGates = Array.zeros(activated.shape());
    var dCell = Array.zeros(cell.shape());
    for (int n = 0; n < cell.rows(); n++) {
      for (int u = 0; u < cell.columns(); u++) {
        double i = gate(activated, INPUT, n, u);
        double f = gate(activated, FORGET, n, u);
        double g = gate(activated, CANDIDATE, n, u);
        double o = gate(activated, OUTPUT, n, u);
        double shown = Math.tanh(newCell.at(n, u));
        double dh = dHidden.at(n, u);
        double dc = dNewCell.at(n, u) + dh * o * (1 - shown * shown);
        dCell.set(n, u, dc * f);
        setGates(
            dGates,
            n,
            u,
            dc * g * i * (1 - i),
            dc * cell.at(n, u) * f * (1 - f),
            dc * i * (1 - g * g),
            dh * shown * o * (1 - o));
      }
    }
    return List.of(dGates, dCell);
  }

  private static double gate(Array gates, int gate, int row, int unit) {
    return gates.at(row, gate * (gates.columns() / 4) + unit);
  }

  private static void setGates(Array gates, int row, int unit, double... values) {
    for (int gate = 0; gate < values.length; gate++) {
      gates.set(row, gate * (gates.columns() / 4) + unit, values[gate]);
    }
  }

  private static double sigmoid(double x) {
    return Reference.apply(Function.SIGMOID, List.of(), x);
  }
}
