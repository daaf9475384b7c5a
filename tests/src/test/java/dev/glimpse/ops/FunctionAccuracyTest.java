package dev.glimpse.ops;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.Device;
import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** How far {@code kernels/dialect/functions.h} is from the true values. */
class FunctionAccuracyTest {
  /** Below this a device may say zero: what rounds to a denormal need not be kept. */
  private static final double LEAST = Float.MIN_NORMAL * (1 + 1e-6);

  private static final float[] SPECIAL = {
    Float.NaN,
    0f,
    -0f,
    1f,
    -1f,
    0.5f,
    88.7f,
    -87.3f,
    -103.9f,
    200f,
    -200f,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Float.MIN_NORMAL,
    -Float.MIN_NORMAL
  };

  /**
   * A function of one argument.
   *
   * @param bound the largest error, in units in the last place of the result
   */
  private record Subject(
      String name, double bound, UnaryOperator<Tensor> op, DoubleUnaryOperator exact) {
    static Subject of(Function function, double bound) {
      return new Subject(
          function.name(),
          bound,
          x -> Tensor.of(new Pointwise(function, List.of()), x),
          x -> Reference.apply(function, List.of(), x));
    }

    /** The loss of a logit, given the label; infinity times zero is not a number. */
    static Subject ofLabel(float label) {
      return new Subject(
          "BERNOULLI_CROSS_ENTROPY with " + label,
          4,
          x -> Ops.bernoulliCrossEntropy(x, Ops.constant(label, x.shape())),
          x ->
              Double.isInfinite(x)
                  ? Reference.apply(Function.BERNOULLI_CROSS_ENTROPY, List.of(), x, label)
                  : Reference.apply(Function.SOFTPLUS, List.of(), label == 1 ? -x : x));
    }
  }

  private static final List<Subject> SUBJECTS =
      List.of(
          Subject.of(Function.EXP, 2),
          Subject.of(Function.LOG, 2),
          Subject.of(Function.SQRT, 3),
          Subject.of(Function.TANH, 4),
          Subject.of(Function.SIGMOID, 4),
          Subject.of(Function.SOFTPLUS, 4),
          Subject.ofLabel(0),
          Subject.ofLabel(1),
          Subject.of(Function.ABS, 0),
          Subject.of(Function.RELU, 0),
          Subject.of(Function.SQUARE, 0.5),
          Subject.of(Function.IDENTITY, 0));

  @Test
  void ownKernels() {
    check(TestDevices.own());
  }

  @Test
  void gpuKernels() {
    check(TestDevices.withGpuKernels());
  }

  private static float[] arguments() {
    var arguments = new ArrayList<Float>();
    for (float special : SPECIAL) {
      arguments.add(special);
    }
    var random = new SplittableRandom(1);
    for (int i = 0; i < 4000; i++) {
      arguments.add((float) random.nextDouble(-106, 91));
      arguments.add((float) random.nextDouble(-2, 2));
      arguments.add((float) (1 + Math.scalb(random.nextDouble(-1, 1), -random.nextInt(24))));
      float any = Float.intBitsToFloat(random.nextInt());
      if (Math.abs(any) >= Float.MIN_NORMAL) {
        arguments.add(any);
      }
    }
    float[] array = new float[arguments.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = arguments.get(i);
    }
    return array;
  }

  private static void check(Device device) {
    float[] x = arguments();
    Tensor input = Tensor.of(new Input("x", Shape.of(x.length)));
    try (var store = new ParameterStore(device, List.of(), 0)) {
      var builder = new PlanBuilder(store);
      SUBJECTS.forEach(subject -> builder.output(subject.name, subject.op.apply(input)));
      try (Plan plan = builder.build()) {
        plan.set("x", x);
        plan.run();
        assertAll(
            SUBJECTS.stream().map(subject -> () -> check(subject, x, plan.read(subject.name))));
      }
    }
  }

  private static void check(Subject subject, float[] x, FloatBuffer y) {
    double worst = 0;
    float at = 0;
    for (int i = 0; i < x.length; i++) {
      double exact = subject.exact.applyAsDouble(x[i]);
      float rounded = (float) exact;
      if (Float.isNaN(rounded) || Float.isInfinite(rounded)) {
        assertEquals(rounded, y.get(i), "%s of %s".formatted(subject.name, x[i]));
        continue;
      }
      if (Math.abs(exact) < LEAST && y.get(i) == 0) {
        continue;
      }
      double ulps = Math.abs(y.get(i) - exact) / Math.ulp(rounded);
      if (!(ulps <= worst)) {
        worst = ulps;
        at = x[i];
      }
    }
    assertTrue(
        worst <= subject.bound,
        "%s of %s is %.2f units in the last place off".formatted(subject.name, at, worst));
  }
}
