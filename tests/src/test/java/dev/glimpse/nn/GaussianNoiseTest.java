package dev.glimpse.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class GaussianNoiseTest {
  private static final int SIZE = 4000;

  private final Tensor x = Tensor.of(new Input("x", Shape.of(SIZE)));

  @Test
  void noiseHasTheDeviationAskedFor() {
    Tensor y = new Training().write(() -> new GaussianNoise(0.5f).apply(x));
    try (var store = new ParameterStore(TestDevices.own(), List.of(), 0);
        Plan plan = new PlanBuilder(store).output("y", y).build()) {
      plan.run();
      FloatBuffer noise = plan.read("y");
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < SIZE; i++) {
        sum += noise.get(i);
        squares += noise.get(i) * noise.get(i);
      }
      assertEquals(0, sum / SIZE, 0.04, "five deviations");
      assertEquals(0.25, squares / SIZE, 0.03, "five deviations");
    }
  }

  @Test
  void thereIsNoneOutsideOfTraining() {
    assertSame(x, new GaussianNoise(0.5f).apply(x));
    assertSame(x, new Training().write(() -> new GaussianNoise(0).apply(x)));
  }

  @Test
  void aDeviationIsNotNegative() {
    assertThrows(IllegalArgumentException.class, () -> new GaussianNoise(-0.1f));
    assertThrows(IllegalArgumentException.class, () -> new GaussianNoise(Float.NaN));
  }
}
