package dev.glimpse.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Device;
import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.graph.Slab;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every optimizer beside its formula in double precision, over some steps. */
class OptimizerTest {
  private static final int STEPS = 5;
  private static final float RATE = 0.1f;

  /** Not multiples of a vector; the second one is longer than a work-item's share. */
  private final List<Parameter> parameters =
      List.of(parameter("a", 1), parameter("b", 9001), parameter("c", 7));

  private final ParameterSet set = new ParameterSet("all", parameters);

  private static Parameter parameter(String name, int size) {
    return new Parameter(name, Shape.of(size), Initializer.normal(0, 1));
  }

  /** One parameter and its moments, and what a step makes of them. */
  private interface Rule {
    void step(double[] value, double gradient, int t, double rate);
  }

  private static void adam(double[] v, double g, int t, double rate, double decay) {
    v[1] = 0.8f * v[1] + (1 - 0.8f) * g;
    v[2] = 0.95f * v[2] + (1 - 0.95f) * g * g;
    double mean = v[1] / (1 - Math.pow(0.8f, t));
    double square = v[2] / (1 - Math.pow(0.95f, t));
    v[0] -= rate * decay * v[0] + rate * mean / (Math.sqrt(square) + 1e-3f);
  }

  private static void sgd(double[] v, double g, double rate, double momentum, double decay) {
    v[1] = momentum * v[1] + g;
    v[0] -= rate * decay * v[0] + rate * v[1];
  }

  private static void rmsProp(double[] v, double g, double rate, double decay) {
    v[1] = 0.9f * v[1] + (1 - 0.9f) * g * g;
    v[0] -= rate * decay * v[0] + rate * g / (Math.sqrt(v[1]) + 1e-3f);
  }

  /** With and without decay and a largest norm; the norms of the gradients are about 95. */
  private record Case(String name, Optimizer optimizer, Rule rule) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(
            "Adam",
            new Adam(RATE, 0.8f, 0.95f, 1e-3f, 0, 0),
            (v, g, t, rate) -> adam(v, g, t, rate, 0)),
        new Case(
            "Adam, decaying, clipped",
            new Adam(RATE, 0.8f, 0.95f, 1e-3f, 0.5f, 20),
            (v, g, t, rate) -> adam(v, g, t, rate, 0.5)),
        new Case("SGD", new Sgd(RATE, 0, 0, 0), (v, g, t, rate) -> sgd(v, g, rate, 0, 0)),
        new Case(
            "SGD with momentum, decaying, clipped",
            new Sgd(RATE, 0.9f, 0.5f, 20),
            (v, g, t, rate) -> sgd(v, g, rate, 0.9f, 0.5)),
        new Case(
            "SGD, a norm beyond reach",
            new Sgd(RATE, 0, 0, 1e6f),
            (v, g, t, rate) -> sgd(v, g, rate, 0, 0)),
        new Case(
            "RMSProp",
            new RmsProp(RATE, 0.9f, 1e-3f, 0, 0),
            (v, g, t, rate) -> rmsProp(v, g, rate, 0)),
        new Case(
            "RMSProp, decaying, clipped",
            new RmsProp(RATE, 0.9f, 1e-3f, 0.5f, 20),
            (v, g, t, rate) -> rmsProp(v, g, rate, 0.5)),
        new Case(
            "SGD with momentum, clipped, averaged from the first steps on",
            new Averaged(new Sgd(RATE, 0.9f, 0, 20), 0.99f),
            (v, g, t, rate) -> {
              sgd(v, g, rate, 0.9f, 0);
              v[2] += (v[0] - v[2]) * 10 / (t + 9);
            }),
        new Case(
            "Adam, averaged over few steps",
            new Averaged(new Adam(RATE, 0.8f, 0.95f, 1e-3f, 0, 0), 0.25f),
            (v, g, t, rate) -> {
              adam(v, g, t, rate, 0);
              v[3] += (v[0] - v[3]) * Math.max(0.75, 10.0 / (t + 9));
            }));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void ownKernels(Case c) {
    check(TestDevices.own(), c);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gpuKernels(Case c) {
    check(TestDevices.withGpuKernels(), c);
  }

  /** The loss is the sum of all parameters, each times an input, which is then its gradient. */
  private void check(Device device, Case c) {
    Tensor loss = Ops.constant(0, Shape.SCALAR);
    for (Parameter parameter : parameters) {
      Tensor gradient = Tensor.of(new Input(parameter.name(), parameter.shape()));
      loss = Ops.add(loss, Ops.sum(Ops.multiply(parameter.tensor(), gradient)));
    }
    var objective = new Objective("objective", loss, set, c.optimizer);
    try (var store = new ParameterStore(device, List.of(set), 3);
        Plan plan = new PlanBuilder(store).objective(objective).build()) {
      var states = List.copyOf(plan.optimizerState("objective").values());
      double[][][] values = new double[parameters.size()][][];
      for (int i = 0; i < values.length; i++) {
        FloatBuffer initial = store.read(parameters.get(i));
        values[i] = new double[initial.remaining()][1 + states.size()];
        for (int e = 0; e < values[i].length; e++) {
          values[i][e][0] = initial.get(e);
        }
      }
      var random = new SplittableRandom(4);
      for (int step = 1; step <= STEPS; step++) {
        double rate = step < STEPS ? RATE : RATE / 4;
        plan.setLearningRate("objective", (float) rate);
        double[][] gradients = feed(plan, random);
        double scale = clip(gradients, c.optimizer.maxNorm());
        for (int i = 0; i < values.length; i++) {
          for (int e = 0; e < values[i].length; e++) {
            c.rule.step(values[i][e], scale * gradients[i][e], step, rate);
          }
        }
        plan.run();
      }
      compare(device, store.slab(set), values, 0);
      for (int s = 0; s < states.size(); s++) {
        compare(device, states.get(s), values, 1 + s);
      }
    }
  }

  private double[][] feed(Plan plan, SplittableRandom random) {
    double[][] gradients = new double[parameters.size()][];
    for (int i = 0; i < gradients.length; i++) {
      float[] values = new float[parameters.get(i).shape().size()];
      gradients[i] = new double[values.length];
      for (int e = 0; e < values.length; e++) {
        values[e] = (float) random.nextGaussian();
        gradients[i][e] = values[e];
      }
      plan.set(parameters.get(i).name(), values);
    }
    return gradients;
  }

  private static double clip(double[][] gradients, double maxNorm) {
    double sum = 0;
    for (double[] gradient : gradients) {
      for (double g : gradient) {
        sum += g * g;
      }
    }
    double norm = Math.sqrt(sum);
    return maxNorm > 0 && norm > maxNorm ? maxNorm / norm : 1;
  }

  /** Also that there are only zeros between the parameters. */
  private void compare(Device device, Slab slab, double[][][] values, int index) {
    FloatBuffer actual = read(device, slab.buffer(), set.size());
    int next = 0;
    for (int i = 0; i < values.length; i++) {
      for (double[] value : values[i]) {
        double expected = value[index];
        assertEquals(expected, actual.get(next++), 2e-6 + 1e-5 * Math.abs(expected));
      }
      int padded = (values[i].length + 1023) / 1024 * 1024;
      for (int e = values[i].length; e < padded; e++) {
        assertEquals(0, actual.get(next++));
      }
    }
    assertEquals(set.size(), next);
  }

  private static FloatBuffer read(Device device, Buffer buffer, int size) {
    ByteBuffer host = ByteBuffer.allocateDirect(4 * size).order(ByteOrder.nativeOrder());
    device.read(buffer, host);
    return host.asFloatBuffer();
  }
}
