package dev.glimpse.ops;

import java.util.ArrayList;
import java.util.List;

/**
 * Steps of a long short-term memory in plain Java and double precision, as its formulas say
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

  /** Of x {@code [T, N, in]}, weight {@code [in + H, 4 H]} and bias, {@code [T, N, H]}. */
  public static Array sequence(Array x, Array weight, Array bias) {
    int units = bias.shape().size() / 4;
    var y = Array.zeros(Shape.of(x.shape().dimension(0), x.shape().dimension(1), units));
    List<Step> steps = steps(x, weight, bias);
    for (int t = 0; t < steps.size(); t++) {
      double[] hidden = steps.get(t).after.get(0).values();
      System.arraycopy(hidden, 0, y.values(), t * hidden.length, hidden.length);
    }
    return y;
  }

  /**
   * A step.
   *
   * @param seen input and hidden state before it, side by side
   * @param cell before it
   * @param after hidden state, cell and activated gates
   */
  private record Step(Array seen, Array cell, List<Array> after) {}

  private static List<Step> steps(Array x, Array weight, Array bias) {
    int count = x.shape().dimension(1);
    int in = x.columns();
    int units = bias.shape().size() / 4;
    var steps = new ArrayList<Step>();
    var hidden = Array.zeros(Shape.of(count, units));
    var cell = hidden;
    for (int t = 0; t < x.shape().dimension(0); t++) {
      var seen = Array.zeros(Shape.of(count, in + units));
      var gates = Array.zeros(Shape.of(count, 4 * units));
      for (int n = 0; n < count; n++) {
        for (int i = 0; i < in + units; i++) {
          seen.set(n, i, i < in ? x.at(t * count + n, i) : hidden.at(n, i - in));
        }
        for (int g = 0; g < 4 * units; g++) {
          double sum = bias.values()[g];
          for (int i = 0; i < in + units; i++) {
            sum += seen.at(n, i) * weight.at(i, g);
          }
          gates.set(n, g, sum);
        }
      }
      List<Array> after = lstm(gates, cell);
      steps.add(new Step(seen, cell, after));
      hidden = after.get(0);
      cell = after.get(1);
    }
    return steps;
  }

  /** The gradients by x, weight and bias. */
  public static List<Array> sequenceGradient(Array x, Array weight, Array bias, Array dy) {
    int count = x.shape().dimension(1);
    int in = x.columns();
    int units = bias.shape().size() / 4;
    var dx = Array.zeros(x.shape());
    var dWeight = Array.zeros(weight.shape());
    var dBias = Array.zeros(bias.shape());
    List<Step> steps = steps(x, weight, bias);
    var dHidden = Array.zeros(Shape.of(count, units));
    var dCell = Array.zeros(dHidden.shape());
    for (int t = steps.size() - 1; t >= 0; t--) {
      Step step = steps.get(t);
      for (int n = 0; n < count; n++) {
        for (int u = 0; u < units; u++) {
          dHidden.set(n, u, dHidden.at(n, u) + dy.at(t * count + n, u));
        }
      }
      List<Array> by =
          lstmGradient(step.after.get(2), step.cell, step.after.get(1), dHidden, dCell);
      dHidden = Array.zeros(dHidden.shape());
      dCell = by.get(1);
      for (int n = 0; n < count; n++) {
        for (int g = 0; g < 4 * units; g++) {
          double dGate = by.get(0).at(n, g);
          dBias.values()[g] += dGate;
          for (int i = 0; i < in + units; i++) {
            dWeight.set(i, g, dWeight.at(i, g) + step.seen.at(n, i) * dGate);
            double dSeen = dGate * weight.at(i, g);
            if (i < in) {
              dx.set(t * count + n, i, dx.at(t * count + n, i) + dSeen);
            } else {
              dHidden.set(n, i - in, dHidden.at(n, i - in) + dSeen);
            }
          }
        }
      }
    }
    return List.of(dx, dWeight, dBias);
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
