package dev.glimpse.device;

import dev.glimpse.device.LibraryCall.LstmSpace;
import dev.glimpse.device.LibraryCall.Sequence;

/**
 * An LSTM as a library has it, with parameters in the library's order, in plain Java. What it keeps
 * for the gradient are four activated gates and the cell of each unit.
 */
final class LstmInJava {
  private static final int KEPT = 5;
  private static final int CELL = 4;

  private final Sequence size;
  private final LstmSpace space;
  private final float[] parameters;

  LstmInJava(Sequence size, LstmSpace space, float[] parameters) {
    this.size = size;
    this.space = space;
    this.parameters = parameters;
  }

  /** The floats that it keeps. */
  static int reserve(Sequence size) {
    return size.steps() * size.batch() * size.hidden() * KEPT;
  }

  private int inputWeight(int gate, int unit, int input) {
    return space.inputWeights() + (gate * size.hidden() + unit) * size.in() + input;
  }

  private int hiddenWeight(int gate, int unit, int other) {
    return space.hiddenWeights() + (gate * size.hidden() + unit) * size.hidden() + other;
  }

  private int bias(int gate, int unit) {
    return space.biases() + gate * size.hidden() + unit;
  }

  private int kept(int row, int unit, int what) {
    return (row * size.hidden() + unit) * KEPT + what;
  }

  /** Fills y; returns what it keeps. */
  float[] forward(float[] x, float[] y) {
    float[] kept = new float[reserve(size)];
    int units = size.hidden();
    for (int row = 0; row < size.steps() * size.batch(); row++) {
      int before = row - size.batch();
      for (int unit = 0; unit < units; unit++) {
        double[] gates = new double[4];
        for (int gate = 0; gate < 4; gate++) {
          double sum = parameters[bias(gate, unit)];
          for (int i = 0; i < size.in(); i++) {
            sum += (double) parameters[inputWeight(gate, unit, i)] * x[row * size.in() + i];
          }
          for (int other = 0; before >= 0 && other < units; other++) {
            sum += (double) parameters[hiddenWeight(gate, unit, other)] * y[before * units + other];
          }
          gates[gate] = gate == 2 ? Math.tanh(sum) : 1 / (1 + Math.exp(-sum));
          kept[kept(row, unit, gate)] = (float) gates[gate];
        }
        double old = before < 0 ? 0 : kept[kept(before, unit, CELL)];
        double cell = gates[1] * old + gates[0] * gates[2];
        kept[kept(row, unit, CELL)] = (float) cell;
        y[row * units + unit] = (float) (gates[3] * Math.tanh(cell));
      }
    }
    return kept;
  }

  /** Fills dx; returns the gradient by the parameters. */
  float[] backward(float[] x, float[] y, float[] kept, float[] dy, float[] dx) {
    int units = size.hidden();
    int rows = size.steps() * size.batch();
    double[] dHidden = new double[rows * units];
    double[] dCell = new double[rows * units];
    double[] dParameters = new double[space.parameters()];
    for (int row = rows - 1; row >= 0; row--) {
      int before = row - size.batch();
      double[] dInput = new double[size.in()];
      for (int unit = 0; unit < units; unit++) {
        int at = row * units + unit;
        double i = kept[kept(row, unit, 0)];
        double f = kept[kept(row, unit, 1)];
        double g = kept[kept(row, unit, 2)];
        double o = kept[kept(row, unit, 3)];
        double shown = Math.tanh(kept[kept(row, unit, CELL)]);
        double old = before < 0 ? 0 : kept[kept(before, unit, CELL)];
        double dh = dHidden[at] + dy[at];
        double dc = dCell[at] + dh * o * (1 - shown * shown);
        double[] dGates = {
          dc * g * i * (1 - i),
          dc * old * f * (1 - f),
          dc * i * (1 - g * g),
          dh * shown * o * (1 - o)
        };
        if (before >= 0) {
          dCell[before * units + unit] = dc * f;
        }
        for (int gate = 0; gate < 4; gate++) {
          dParameters[bias(gate, unit)] += dGates[gate];
          for (int j = 0; j < size.in(); j++) {
            dParameters[inputWeight(gate, unit, j)] += dGates[gate] * x[row * size.in() + j];
            dInput[j] += dGates[gate] * parameters[inputWeight(gate, unit, j)];
          }
          for (int other = 0; before >= 0 && other < units; other++) {
            int weight = hiddenWeight(gate, unit, other);
            dParameters[weight] += dGates[gate] * y[before * units + other];
            dHidden[before * units + other] += dGates[gate] * parameters[weight];
          }
        }
      }
      for (int j = 0; j < size.in(); j++) {
        dx[row * size.in() + j] = (float) dInput[j];
      }
    }
    float[] rounded = new float[dParameters.length];
    for (int p = 0; p < rounded.length; p++) {
      rounded[p] = (float) dParameters[p];
    }
    return rounded;
  }
}
