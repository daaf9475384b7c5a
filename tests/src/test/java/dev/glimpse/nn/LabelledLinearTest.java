package dev.glimpse.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.Gradients;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Axis;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Held against the product with a one-hot label written beside every input. */
class LabelledLinearTest {
  private static final int GIVEN = 3;
  private static final int OPEN = 4;
  private static final int CLASSES = 5;
  private static final int IN = 7;
  private static final int OUT = 9;
  private static final int ROWS = GIVEN + OPEN * CLASSES;

  private final LabelledLinear layer =
      new LabelledLinear("layer", Shape.of(IN), CLASSES, OUT, Activation.TANH);
  private final Random random = new Random(1);

  @Test
  void givenLabels() {
    Tensor y = Tensor.of(new Input("y", Shape.of(GIVEN, CLASSES)));
    check(LabelRows.given(y), GIVEN, false);
  }

  @Test
  void everyLabel() {
    check(LabelRows.every(OPEN, CLASSES), OPEN, false);
  }

  @Test
  void both() {
    Tensor y = Tensor.of(new Input("y", Shape.of(GIVEN, CLASSES)));
    check(new LabelRows(y, OPEN, CLASSES), GIVEN + OPEN, false);
  }

  @Test
  void anInputForEveryRow() {
    Tensor y = Tensor.of(new Input("y", Shape.of(GIVEN, CLASSES)));
    check(new LabelRows(y, OPEN, CLASSES), ROWS, true);
  }

  /** In either form of the layer: for a label in the input, and for one in a table. */
  @Test
  void aLabelSaysAsMuchAsItsInputAtTheStart() {
    int in = 400;
    var inline = Linear.labelled("inline", in, CLASSES, OUT * OUT, Activation.RELU);
    var table = new LabelledLinear("table", Shape.of(in), CLASSES, OUT * OUT, Activation.RELU);
    var set = ParameterSet.of("all", inline.parameters(), table.parameters());
    try (var store = new ParameterStore(TestDevices.own(), List.of(set), 1)) {
      float[] weight = values(store.read(inline.parameters().get(0)));
      int label = in * OUT * OUT;
      assertEquals(label + CLASSES * OUT * OUT, weight.length);
      // He et al.: 2 over the inputs, of which the label counts as one half.
      assertEquals(1.0 / in, variance(weight, 0, label), 0.02 / in);
      assertEquals(1, variance(weight, label, weight.length), 0.2);
      float[] rows = values(store.read(table.parameters().get(2)));
      assertEquals(1, variance(rows, 0, rows.length), 0.2);
    }
  }

  private static float[] values(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private static double variance(float[] values, int from, int to) {
    return IntStream.range(from, to)
        .mapToDouble(i -> values[i] * values[i])
        .average()
        .orElseThrow();
  }

  private void check(LabelRows labels, int inputs, boolean ofRows) {
    Tensor x = Tensor.of(new Input("x", Shape.of(inputs, IN)));
    List<Parameter> parameters = layer.parameters();
    Tensor found = ofRows ? layer.ofRows(x, labels) : layer.ofExamples(x, labels);
    Tensor beside = Tensor.of(new Input("beside", Shape.of(found.shape().rows(), CLASSES)));
    Tensor rows = ofRows ? x : labels.expand(x);
    Tensor weight =
        Ops.concat(Axis.FIRST, List.of(parameters.get(0).tensor(), parameters.get(2).tensor()));
    Tensor product = Ops.matmul(Ops.concat(List.of(rows, beside)), weight);
    Tensor expected = Ops.tanh(Ops.add(product, parameters.get(1).tensor()));

    var set = new ParameterSet("layer", parameters);
    try (var store = new ParameterStore(TestDevices.own(), List.of(set), 1)) {
      var builder = new PlanBuilder(store).output("found", found).output("expected", expected);
      addGradients(builder, "found", found);
      addGradients(builder, "expected", expected);
      try (Plan plan = builder.build()) {
        plan.set("x", normal(inputs * IN));
        fillLabels(plan, labels);
        plan.run();
        for (String name : List.of("", " by weight", " by bias", " by label")) {
          assertClose(plan.read("expected" + name), plan.read("found" + name), name);
        }
      }
    }
  }

  /** Of an x with mean square 1; with a rectifier's and with Glorot's initialisation. */
  @Test
  void aLabelSaysAsMuchAsItsInput() {
    for (Activation activation : List.of(Activation.RELU, Activation.TANH)) {
      var wide = new LabelledLinear("wide", Shape.of(200), CLASSES, 1000, activation);
      List<Parameter> parameters = wide.parameters();
      var set = new ParameterSet("wide", parameters);
      try (var store = new ParameterStore(TestDevices.own(), List.of(set), 1)) {
        double ofInput = 200 * meanSquare(store.read(parameters.get(0)));
        assertEquals(1, meanSquare(store.read(parameters.get(2))) / ofInput, 0.1);
      }
    }
  }

  private static double meanSquare(FloatBuffer values) {
    double sum = 0;
    for (int i = 0; i < values.remaining(); i++) {
      sum += values.get(i) * values.get(i);
    }
    return sum / values.remaining();
  }

  private void addGradients(PlanBuilder builder, String name, Tensor output) {
    List<Parameter> parameters = layer.parameters();
    var by = Gradients.of(Ops.sum(Ops.square(output)), parameters);
    builder.output(name + " by weight", by.get(parameters.get(0)));
    builder.output(name + " by bias", by.get(parameters.get(1)));
    builder.output(name + " by label", by.get(parameters.get(2)));
  }

  /** The given labels, and then every label of every other example. */
  private static void fillLabels(Plan plan, LabelRows labels) {
    int given = labels.given() == null ? 0 : GIVEN;
    int rows = given + labels.open() * CLASSES;
    float[] beside = new float[rows * CLASSES];
    for (int row = 0; row < rows; row++) {
      int label = row < given ? (row * 2 + 1) % CLASSES : (row - given) % CLASSES;
      beside[row * CLASSES + label] = 1;
    }
    plan.set("beside", beside);
    if (given > 0) {
      plan.set("y", java.util.Arrays.copyOf(beside, given * CLASSES));
    }
  }

  private float[] normal(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static void assertClose(FloatBuffer expected, FloatBuffer found, String name) {
    assertEquals(expected.remaining(), found.remaining());
    for (int i = 0; i < expected.remaining(); i++) {
      float e = expected.get(i);
      assertEquals(e, found.get(i), 1e-5 * (1 + Math.abs(e)), name + " " + i);
    }
  }
}
