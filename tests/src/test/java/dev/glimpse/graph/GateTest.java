package dev.glimpse.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.Device;
import dev.glimpse.device.TestDevices;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.Adam;
import dev.glimpse.train.RmsProp;
import dev.glimpse.train.Sgd;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An objective behind a gate learns as if there were only the steps in which the gate is open. */
class GateTest {
  private static final boolean[] OPEN = {false, true, false, false, true, true, false};
  private static final int SIZE = 13;

  private final Parameter parameter =
      new Parameter("parameter", Shape.of(SIZE), Initializer.normal(0, 1));
  private final Parameter count = new Parameter("count", Shape.SCALAR, Initializer.constant(0));
  private final ParameterSet learned = new ParameterSet("learned", List.of(parameter));
  private final ParameterSet counts = new ParameterSet("counts", List.of(count));
  private final Tensor gradient = Tensor.of(new Input("gradient", Shape.of(SIZE)));
  private final Tensor open = Tensor.of(new Input("open", Shape.SCALAR));
  private final Tensor loss = Ops.sum(Ops.multiply(parameter.tensor(), gradient));

  static Stream<Optimizer> optimizers() {
    return Stream.of(
        new Adam(0.1f, 0.8f, 0.95f, 1e-3f, 0.5f, 3),
        new Sgd(0.1f, 0.9f, 0.5f, 0),
        new RmsProp(0.1f, 0.9f, 1e-3f, 0.5f, 3));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void ownKernels(Optimizer optimizer) {
    check(TestDevices.own(), optimizer);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void gpuKernels(Optimizer optimizer) {
    check(TestDevices.withGpuKernels(), optimizer);
  }

  private void check(Device device, Optimizer optimizer) {
    List<float[]> expected = train(device, optimizer, null);
    List<float[]> actual = train(device, optimizer, new Gate(open, count));
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), "values, then states: " + i);
    }
  }

  @Test
  void aCountOfUpdatesIsNotUpdatedOtherwise() {
    var objective =
        new Objective("objective", loss, learned, new Sgd(1, 0, 0, 0), new Gate(open, count));
    try (var store = new ParameterStore(TestDevices.own(), List.of(learned, counts), 2)) {
      PlanBuilder twice = new PlanBuilder(store).objective(objective).update(count, open);
      var refusal = assertThrows(IllegalArgumentException.class, twice::build);
      assertTrue(refusal.getMessage().endsWith("is updated twice"), refusal.getMessage());
    }
  }

  @Test
  void twoParametersOfOneNameAreRefused() {
    var other = new ParameterSet("more", List.of(new Parameter("count", Shape.of(2), null)));
    var refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> new ParameterStore(TestDevices.own(), List.of(counts, other), 2).close());
    assertEquals("two parameters are called count", refusal.getMessage());
  }

  /**
   * The parameter and the optimizer's state after all steps; without a gate, after the open ones.
   */
  private List<float[]> train(Device device, Optimizer optimizer, Gate gate) {
    var objective = new Objective("objective", loss, learned, optimizer, gate);
    try (var store = new ParameterStore(device, List.of(learned, counts), 2);
        Plan plan = new PlanBuilder(store).objective(objective).build()) {
      var random = new SplittableRandom(1);
      int updates = 0;
      for (boolean isOpen : OPEN) {
        float[] values = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
          values[i] = (float) random.nextGaussian();
        }
        updates += isOpen ? 1 : 0;
        plan.set("gradient", values);
        if (gate != null) {
          plan.set("open", isOpen ? 1 : 0);
          plan.run();
          assertEquals(updates, store.read(count).get(0));
        } else if (isOpen) {
          plan.run();
        }
      }
      var results = new ArrayList<float[]>();
      results.add(floats(store.read(parameter)));
      plan.optimizerState("objective")
          .values()
          .forEach(state -> results.add(floats(state.read(parameter))));
      return results;
    }
  }

  private static float[] floats(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }
}
