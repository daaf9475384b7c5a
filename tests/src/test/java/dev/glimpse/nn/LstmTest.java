package dev.glimpse.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Array;
import dev.glimpse.ops.Closeness;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.RecurrentReference;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.ShapeException;
import dev.glimpse.ops.Tensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The layers against a plain loop over the formulas, with the parameters that they start with. */
class LstmTest {
  private static final int STEPS = 5;
  private static final int BATCH = 3;
  private static final int IN = 4;
  private static final int UNITS = 9;

  private static Tensor input(int... dimensions) {
    return Tensor.of(new Input("x", Shape.of(dimensions)));
  }

  private static float[] numbers(int count) {
    var random = new SplittableRandom(7);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private static double[] doubles(FloatBuffer floats) {
    double[] values = new double[floats.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = floats.get(i);
    }
    return values;
  }

  /** Of a sequence {@code [T][N in]}, the hidden states {@code [T][N units]}. */
  private static double[][] expected(double[][] sequence, int in, double[] weight, double[] bias) {
    var states = new double[sequence.length][];
    var hidden = Array.zeros(Shape.of(BATCH, UNITS));
    var cell = Array.zeros(hidden.shape());
    for (int t = 0; t < sequence.length; t++) {
      var gates = Array.zeros(Shape.of(BATCH, 4 * UNITS));
      for (int n = 0; n < BATCH; n++) {
        for (int g = 0; g < 4 * UNITS; g++) {
          double sum = bias[g];
          for (int i = 0; i < in; i++) {
            sum += sequence[t][n * in + i] * weight[i * 4 * UNITS + g];
          }
          for (int u = 0; u < UNITS; u++) {
            sum += hidden.at(n, u) * weight[(in + u) * 4 * UNITS + g];
          }
          gates.values()[n * 4 * UNITS + g] = sum;
        }
      }
      List<Array> after = RecurrentReference.lstm(gates, cell);
      hidden = after.get(0);
      cell = after.get(1);
      states[t] = hidden.values();
    }
    return states;
  }

  private static double[][] inSteps(float[] x) {
    double[][] sequence = new double[STEPS][x.length / STEPS];
    for (int i = 0; i < x.length; i++) {
      sequence[i / sequence[0].length][i % sequence[0].length] = x[i];
    }
    return sequence;
  }

  private static double[] flat(double[][] states) {
    double[] flat = new double[STEPS * BATCH * UNITS];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = states[i / (BATCH * UNITS)][i % (BATCH * UNITS)];
    }
    return flat;
  }

  @Test
  void layersFollowEachOther() {
    var lstm = new Lstm("lstm", IN, UNITS, 2);
    var set = new ParameterSet("lstm", lstm.parameters());
    float[] x = numbers(STEPS * BATCH * IN);
    try (var store = new ParameterStore(TestDevices.own(), List.of(set), 1);
        Plan plan =
            new PlanBuilder(store).output("y", lstm.apply(input(STEPS, BATCH, IN))).build()) {
      plan.set("x", x);
      plan.run();
      assertEquals(Shape.of(STEPS, BATCH, UNITS), plan.outputShape("y"));
      double[][] sequence = inSteps(x);
      for (int layer = 0; layer < 2; layer++) {
        double[] weight = doubles(store.read(lstm.parameters().get(2 * layer)));
        double[] bias = doubles(store.read(lstm.parameters().get(2 * layer + 1)));
        sequence = expected(sequence, layer == 0 ? IN : UNITS, weight, bias);
      }
      Closeness.SINGLE.check("y", flat(sequence), doubles(plan.read("y")));
    }
  }

  @Test
  void aCellTakesStepAfterStep() {
    var cell = new LstmCell("cell", IN, UNITS);
    var set = new ParameterSet("cell", cell.parameters());
    float[] x = numbers(STEPS * BATCH * IN);
    Tensor wide = input(BATCH, STEPS * IN);
    LstmCell.State state = cell.zeroState(BATCH);
    for (Tensor step : Ops.split(wide, List.of(IN, IN, IN, IN, IN))) {
      state = cell.step(step, state);
    }
    try (var store = new ParameterStore(TestDevices.own(), List.of(set), 1);
        Plan plan = new PlanBuilder(store).output("y", state.hidden()).build()) {
      plan.set("x", x);
      plan.run();
      double[][] sequence = new double[STEPS][BATCH * IN];
      for (int i = 0; i < x.length; i++) {
        int column = i % (STEPS * IN);
        sequence[column / IN][i / (STEPS * IN) * IN + column % IN] = x[i];
      }
      double[] weight = doubles(store.read(cell.parameters().get(0)));
      double[] bias = doubles(store.read(cell.parameters().get(1)));
      double[][] expected = expected(sequence, IN, weight, bias);
      Closeness.SINGLE.check("y", expected[STEPS - 1], doubles(plan.read("y")));
    }
  }

  /** Input, forget, candidate, output. */
  @Test
  void forgetGatesBeginOpen() {
    Parameter bias = new LstmCell("cell", IN, 2).parameters().get(1);
    var set = new ParameterSet("bias", List.of(bias));
    try (var store = new ParameterStore(TestDevices.own(), List.of(set), 1)) {
      FloatBuffer expected = FloatBuffer.wrap(new float[] {0, 0, 1, 1, 0, 0, 0, 0});
      assertEquals(expected, store.read(bias));
    }
  }

  private static void assertRefused(String message, Runnable build) {
    assertEquals(message, assertThrows(ShapeException.class, build::run).getMessage());
  }

  @Test
  void aSequenceHasThreeAxes() {
    var lstm = new Lstm("lstm", IN, UNITS, 2);
    assertRefused(
        "lstm.0: lstm sequence of [[3, 4], [13, 36], [36]]: a sequence is [T, N, in]",
        () -> lstm.apply(input(BATCH, IN)));
    assertRefused(
        "lstm.0: lstm sequence of [[5, 3, 7], [13, 36], [36]]: x [T, N, in] needs a weight"
            + " [in + H, 4 H] and a bias [4 H], here [16, 36]",
        () -> lstm.apply(input(STEPS, BATCH, 7)));
  }

  @Test
  void gatesAreFourTimesTheCells() {
    assertRefused(
        "cell: lstm of [[3, 35], [3, 9]]: cells [N, H] have gates [N, 4 H]",
        () -> Scope.in("cell", () -> Ops.lstm(input(3, 35), input(3, 9))));
    assertRefused(
        "cell: lstm of [[2, 36], [3, 9]]: cells [N, H] have gates [N, 4 H]",
        () -> Scope.in("cell", () -> Ops.lstm(input(2, 36), input(3, 9))));
    var cell = new LstmCell("cell", IN, UNITS);
    assertRefused(
        "cell: matmulNN of [[3, 14], [13, 36]]: inner dimensions are 14 and 13",
        () -> cell.step(input(3, 5), cell.zeroState(3)));
  }
}
