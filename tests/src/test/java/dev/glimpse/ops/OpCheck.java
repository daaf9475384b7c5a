package dev.glimpse.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.glimpse.device.Device;
import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.Gradients;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.OpCase.Argument;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Runs cases on a device, all in one plan, and holds them against their references. */
public final class OpCheck {
  private static final Closeness CLOSENESS =
      Closeness.of(TestDevices.OPTIONS.precision().orElseThrow());

  /** More elements than this of a gradient are sampled. */
  private static final int MOST_ELEMENTS = 8;

  private final Map<Argument, Tensor> inputs = new LinkedHashMap<>();
  private final Map<Argument, float[]> drawn = new LinkedHashMap<>();
  private Plan plan;

  private OpCheck() {}

  public static void check(Device device, List<OpCase> cases) {
    var check = new OpCheck();
    try (var store = new ParameterStore(device, List.of(), 0)) {
      var builder = new PlanBuilder(store);
      cases.forEach(c -> check.add(builder, c));
      try (Plan plan = builder.build()) {
        check.plan = plan;
        check.inputs.forEach(
            (argument, input) -> {
              if (plan.hasInput(input.node().op().name())) {
                plan.set(input.node().op().name(), check.drawn.get(argument));
              }
            });
        plan.run();
        cases.forEach(check::value);
        cases.stream().filter(OpCheck::isDifferentiable).forEach(check::gradients);
      }
    }
  }

  private void add(PlanBuilder builder, OpCase c) {
    List<Tensor> x = c.arguments().stream().map(this::input).toList();
    Tensor y = c.graph().apply(x);
    builder.output(c.name(), y);
    if (!isDifferentiable(c)) {
      return;
    }
    Tensor loss = Ops.sum(Ops.multiply(y, input(weights(y.shape()))));
    List<Tensor> by = Gradients.ofTensors(loss, x);
    for (int i = 0; i < x.size(); i++) {
      if (c.arguments().get(i).differentiable()) {
        builder.output(gradientName(c, i), by.get(i));
      }
    }
  }

  private static boolean isDifferentiable(OpCase c) {
    return c.arguments().stream().anyMatch(Argument::differentiable);
  }

  private Tensor input(Argument argument) {
    drawn.computeIfAbsent(argument, Argument::draw);
    String name = argument.name() + argument.shape() + argument.values();
    return inputs.computeIfAbsent(argument, a -> Tensor.of(new Input(name, a.shape())));
  }

  private static Argument weights(Shape shape) {
    return new Argument("weights", shape, OpCase.Values.NORMAL, false);
  }

  private static String gradientName(OpCase c, int argument) {
    return "gradient of %s by %s".formatted(c.name(), c.arguments().get(argument).name());
  }

  private List<Array> values(OpCase c) {
    return c.arguments().stream().map(a -> Array.of(a.shape(), drawn.get(a))).toList();
  }

  private void value(OpCase c) {
    double[] actual = read(c.name());
    CLOSENESS.check(c.toString(), c.reference(values(c)).values(), actual);
  }

  /** Some elements one by one, and all of them by the derivative along a random direction. */
  private void gradients(OpCase c) {
    List<Array> x = values(c);
    Argument weights = weights(plan.outputShape(c.name()));
    Array w = Array.of(weights.shape(), drawn.get(weights));
    for (int i = 0; i < x.size(); i++) {
      if (!c.arguments().get(i).differentiable()) {
        continue;
      }
      String what = gradientName(c, i) + " " + c;
      double[] actual = read(gradientName(c, i));
      var random = new SplittableRandom(i);
      var expectedSample = new ArrayList<Double>();
      var sample = new ArrayList<Double>();
      for (int element : elements(actual, random)) {
        double[] direction = new double[actual.length];
        direction[element] = 1;
        expectedSample.add(c.derivative(x, i, direction, w));
        sample.add(actual[element]);
      }
      CLOSENESS.check(what, array(expectedSample), array(sample));

      double[] signs = random.doubles(actual.length).map(d -> d < 0.5 ? -1 : 1).toArray();
      double along = 0;
      double size = 0;
      for (int e = 0; e < actual.length; e++) {
        along += signs[e] * actual[e];
        size += Math.abs(actual[e]);
      }
      assertEquals(
          c.derivative(x, i, signs, w),
          along,
          1e-9 + CLOSENESS.absolute() * size,
          what + ", all elements");
    }
  }

  /** Among them the largest, by which errors of small ones are judged. */
  private static int[] elements(double[] gradient, SplittableRandom random) {
    int count = gradient.length;
    if (count <= MOST_ELEMENTS) {
      return IntStream.range(0, count).toArray();
    }
    int[] chosen = random.ints(MOST_ELEMENTS, 0, count).toArray();
    chosen[0] = 0;
    chosen[1] = count - 1;
    for (int e = 0; e < count; e++) {
      chosen[2] = Math.abs(gradient[e]) > Math.abs(gradient[chosen[2]]) ? e : chosen[2];
    }
    return chosen;
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(d -> d).toArray();
  }

  private double[] read(String output) {
    FloatBuffer floats = plan.read(output);
    double[] values = new double[floats.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = floats.get(i);
    }
    return values;
  }
}
