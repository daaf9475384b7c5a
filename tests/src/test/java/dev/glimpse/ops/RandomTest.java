package dev.glimpse.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.glimpse.device.Device;
import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RandomTest {
  private static final long SEED = 0x0123456789ABCDEFL;
  private static final int[] SIZES = {1, 7, 31, 32, 33, 63, 65, 511, 513, 2000};

  /** The known answers that the authors publish with their library (Random123, kat_vectors). */
  @Test
  void philoxGivesTheKnownAnswers() {
    assertArrayEquals(
        new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        Philox.words(new int[4], new int[2]));
    assertArrayEquals(
        new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        Philox.words(new int[] {-1, -1, -1, -1}, new int[] {-1, -1}));
    assertArrayEquals(
        new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
        Philox.words(
            new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
            new int[] {0xa4093822, 0x299f31d0}));
  }

  @Test
  void numbersAreThoseOfTheReference() {
    check(TestDevices.own());
    check(TestDevices.withGpuKernels());
  }

  private static void check(Device device) {
    try (var store = new ParameterStore(device, List.of(), 0)) {
      var builder = new PlanBuilder(store);
      Tensor probability = Tensor.of(new Input("probability", Shape.of(2000)));
      builder.output("bernoulli", Ops.randomBernoulli(probability));
      for (int size : SIZES) {
        builder.output("uniform " + size, Ops.randomUniform(Shape.of(size)));
        builder.output("normal " + size, Ops.randomNormal(Shape.of(size)));
      }
      try (Plan plan = builder.build()) {
        float[] probabilities = new float[2000];
        for (int i = 0; i < 2000; i++) {
          probabilities[i] = i / 1999f;
        }
        plan.set("probability", probabilities);
        plan.setState(SEED, 41);
        plan.run();
        plan.run();
        assertEquals(43, plan.step());

        double[] uniform = Philox.uniform(2000, SEED, 42, 0);
        float[] draws = floats(plan.read("bernoulli"));
        for (int i = 0; i < 2000; i++) {
          assertEquals(uniform[i] < probabilities[i] ? 1 : 0, draws[i], "bernoulli " + i);
        }
        int stream = 1;
        for (int size : SIZES) {
          assertArrayEquals(
              Philox.uniform(size, SEED, 42, stream++), doubles(plan.read("uniform " + size)));
          assertArrayEquals(
              Philox.normal(size, SEED, 42, stream++), doubles(plan.read("normal " + size)), 4e-6);
        }
      }
    }
  }

  @Test
  void momentsAreThoseOfTheDistributions() {
    double[] uniform = Philox.uniform(100_000, 1, 0, 0);
    assertEquals(0.5, Arrays.stream(uniform).average().orElseThrow(), 0.003);
    double[] normal = Philox.normal(100_000, 1, 0, 0);
    assertEquals(0, Arrays.stream(normal).average().orElseThrow(), 0.01);
    assertEquals(1, Arrays.stream(normal).map(x -> x * x).average().orElseThrow(), 0.02);
    assertEquals(3, Arrays.stream(normal).map(x -> x * x * x * x).average().orElseThrow(), 0.15);
  }

  @Test
  void tensorsStepsAndSeedsDiffer() {
    try (var store = new ParameterStore(TestDevices.own(), List.of(), 0);
        Plan plan =
            new PlanBuilder(store)
                .output("one", Ops.randomUniform(Shape.of(8)))
                .output("two", Ops.randomUniform(Shape.of(8)))
                .build()) {
      plan.setState(1, 0);
      plan.run();
      float[] first = floats(plan.read("one"));
      assertFalse(Arrays.equals(first, floats(plan.read("two"))));
      plan.run();
      assertFalse(Arrays.equals(first, floats(plan.read("one"))));
      plan.setState(2, 0);
      plan.run();
      assertFalse(Arrays.equals(first, floats(plan.read("one"))));
      plan.setState(1, 0);
      plan.run();
      assertArrayEquals(first, floats(plan.read("one")));
    }
  }

  private static float[] floats(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private static double[] doubles(FloatBuffer buffer) {
    return Array.of(Shape.of(buffer.remaining()), floats(buffer)).values();
  }
}
