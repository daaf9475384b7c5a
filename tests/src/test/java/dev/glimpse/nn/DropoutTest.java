package dev.glimpse.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.Gradients;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DropoutTest {
  private static final int SIZE = 4000;

  private final Tensor x = Tensor.of(new Input("x", Shape.of(SIZE)));

  @Test
  void someElementsAreDroppedAndOthersMakeUpForThem() {
    Tensor y = new Training().write(() -> new Dropout(0.75f).apply(x));
    Tensor dx = Gradients.ofTensors(Ops.sum(y), List.of(x)).get(0);
    try (var store = new ParameterStore(TestDevices.own(), List.of(), 0);
        Plan plan = new PlanBuilder(store).output("y", y).output("dx", dx).build()) {
      float[] twos = new float[SIZE];
      Arrays.fill(twos, 2);
      plan.set("x", twos);
      plan.run();
      FloatBuffer values = plan.read("y");
      FloatBuffer gradient = plan.read("dx");
      int kept = 0;
      for (int i = 0; i < SIZE; i++) {
        boolean isKept = values.get(i) != 0;
        assertEquals(isKept ? 8 : 0, values.get(i));
        assertEquals(isKept ? 4 : 0, gradient.get(i));
        kept += isKept ? 1 : 0;
      }
      assertEquals(0.25, (double) kept / SIZE, 0.035, "five deviations");
    }
  }

  @Test
  void nothingIsDroppedOutsideOfTraining() {
    assertSame(x, new Dropout(0.75f).apply(x));
    assertSame(x, new Training().write(() -> new Dropout(0).apply(x)));
  }

  @Test
  void aProbabilityIsBelowOne() {
    for (float probability : new float[] {1, -0.1f, Float.NaN}) {
      var refusal = assertThrows(IllegalArgumentException.class, () -> new Dropout(probability));
      assertEquals("a probability below 1, not " + probability, refusal.getMessage());
    }
  }
}
