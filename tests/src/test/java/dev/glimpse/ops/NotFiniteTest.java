package dev.glimpse.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.glimpse.device.Device;
import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What is no number is not lost on the way to the metrics, and infinities are what they are. */
class NotFiniteTest {
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  private static void assertGives(
      float[] expected, float[] values, UnaryOperator<Tensor> function, Shape shape) {
    Tensor x = Tensor.of(new Input("x", shape));
    for (Device device : List.of(TestDevices.own(), TestDevices.withGpuKernels())) {
      try (var store = new ParameterStore(device, List.of(), 0);
          Plan plan = new PlanBuilder(store).output("y", function.apply(x)).build()) {
        plan.set("x", values);
        plan.run();
        FloatBuffer read = plan.read("y");
        float[] actual = new float[read.remaining()];
        read.get(actual);
        assertArrayEquals(expected, actual, device.info().kind().toString());
      }
    }
  }

  @Test
  void poolsKeepNaN() {
    UnaryOperator<Tensor> pool = x -> Ops.maxPool(x, Window.square(2, 2, 0));
    float[] images = {Float.NaN, 1, 2, 3, 1, 2, Float.NaN, 3, 1, 2, 3, -INFINITY};
    assertGives(new float[] {Float.NaN, Float.NaN, 3}, images, pool, Shape.of(3, 2, 2, 1));
  }

  @Test
  void theLargerOfNaNIsNaN() {
    float[] pairs = {Float.NaN, 1, 1, Float.NaN, 2, INFINITY};
    float[] expected = {Float.NaN, Float.NaN, INFINITY};
    UnaryOperator<Tensor> larger =
        x -> {
          List<Tensor> both = Ops.split(x, List.of(1, 1));
          return Ops.maximum(both.get(0), both.get(1));
        };
    assertGives(expected, pairs, larger, Shape.of(3, 2));
  }

  @Test
  void sumsOfInfiniteExponentials() {
    float[] rows = {-INFINITY, -INFINITY, INFINITY, 1, Float.NaN, 1, 0, -INFINITY};
    float[] expected = {-INFINITY, INFINITY, Float.NaN, 0};
    assertGives(expected, rows, Ops::logSumExp, Shape.of(4, 2));
  }
}
