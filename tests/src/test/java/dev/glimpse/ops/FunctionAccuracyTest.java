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
import org.junit.jupiter.api.Test;

/** How far {@code kernels/dialect/functions.h} is from the true values. */
class FunctionAccuracyTest {
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

  /** The bounds are in units in the last place of the result. */
  private static double bound(Function function) {
    return switch (function) {
      case EXP, LOG -> 2;
      case SQRT -> 3;
      case TANH, SIGMOID, SOFTPLUS -> 4;
      default -> 0.5;
    };
  }

  private static final List<Function> FUNCTIONS =
      List.of(
          Function.EXP,
          Function.LOG,
          Function.SQRT,
          Function.TANH,
          Function.SIGMOID,
          Function.SOFTPLUS,
          Function.ABS,
          Function.RELU,
          Function.SQUARE,
          Function.IDENTITY);

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
      for (Function function : FUNCTIONS) {
        builder.output(function.name(), Tensor.of(new Pointwise(function, List.of()), input));
      }
      try (Plan plan = builder.build()) {
        plan.set("x", x);
        plan.run();
        assertAll(
            FUNCTIONS.stream()
                .map(function -> () -> check(function, x, plan.read(function.name()))));
      }
    }
  }

  private static void check(Function function, float[] x, FloatBuffer y) {
    double worst = 0;
    float at = 0;
    for (int i = 0; i < x.length; i++) {
      double exact = Reference.apply(function, List.of(), x[i]);
      float rounded = (float) exact;
      if (Float.isNaN(rounded) || Float.isInfinite(rounded) || rounded == 0) {
        String what = "%s of %s".formatted(function, x[i]);
        if (function == Function.EXP && rounded == 0) {
          assertTrue(y.get(i) <= Float.MIN_VALUE, what);
        } else {
          // Adding zero makes -0 a 0.
          assertEquals(rounded + 0f, y.get(i) + 0f, what);
        }
        continue;
      }
      double ulps = Math.abs(y.get(i) - exact) / Math.ulp(rounded);
      if (!(ulps <= worst)) {
        worst = ulps;
        at = x[i];
      }
    }
    assertTrue(
        worst <= bound(function),
        "%s of %s is %.2f units in the last place off".formatted(function, at, worst));
  }
}
