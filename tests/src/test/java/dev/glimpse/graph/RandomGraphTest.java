package dev.glimpse.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DryDevice;
import dev.glimpse.device.TestDevices;
import dev.glimpse.ops.Array;
import dev.glimpse.ops.Interpreter;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Properties that every graph has, on graphs from fixed seeds. */
class RandomGraphTest {
  private static final int GRAPHS = 100;

  @Test
  void gradientsAreTheDerivatives() {
    for (int seed = 0; seed < GRAPHS; seed++) {
      var graph = new RandomGraph(seed, 12, true);
      Tensor loss = graph.loss();
      List<Tensor> inputs = List.copyOf(graph.inputs().keySet());
      List<Tensor> gradients = Gradients.ofTensors(loss, inputs);
      Interpreter at = graph.interpreter();
      for (int i = 0; i < inputs.size(); i++) {
        double[] actual = at.value(gradients.get(i)).values();
        double[] expected = new double[actual.length];
        for (int e = 0; e < actual.length; e++) {
          double step = 1e-5;
          double up = graph.moved(at, inputs.get(i), e, step).value(loss).values()[0];
          double down = graph.moved(at, inputs.get(i), e, -step).value(loss).values()[0];
          expected[e] = (up - down) / (2 * step);
        }
        assertArrayEquals(expected, actual, 1e-6, "graph " + seed + ", input " + i);
      }
    }
  }

  @Test
  void plansComputeWhatTheGraphSays() {
    for (int seed = 0; seed < GRAPHS; seed++) {
      check(seed, true, false);
      check(seed, true, true);
      check(seed, false, false);
    }
  }

  private static void check(int seed, boolean optimised, boolean frozen) {
    var graph = new RandomGraph(seed, 20, true);
    List<Tensor> wanted = wanted(graph);
    Map<Tensor, Array> values = new LinkedHashMap<>(graph.drawn());
    graph.inputs().forEach((tensor, v) -> values.put(tensor, Array.of(tensor.shape(), v)));
    var kind = seed % 3 == 0 ? DeviceInfo.Kind.NVIDIA : DeviceInfo.Kind.CPU;
    var simulator = new Simulator(new DryDevice(kind), wanted, values, optimised, frozen);
    List<double[]> actual = simulator.run();
    Interpreter interpreter = graph.interpreter();
    int next = 0;
    for (Tensor tensor : wanted) {
      assertArrayEquals(
          interpreter.value(tensor).values(),
          actual.get(next++),
          "graph %d, optimised: %s, frozen: %s, %s".formatted(seed, optimised, frozen, tensor));
    }
    checkArena(simulator.placement().arena());
  }

  private static void checkArena(Arena arena) {
    List<Arena.Block> blocks = arena.blocks();
    for (Arena.Block a : blocks) {
      assertTrue(a.offset + a.bytes <= arena.size(), a.name);
      for (Arena.Block b : blocks) {
        boolean together = a.first <= b.last && b.first <= a.last;
        boolean overlap = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
        assertTrue(a == b || !together || !overlap, a.name + " and " + b.name);
      }
    }
    assertTrue(arena.size() <= blocks.stream().mapToLong(b -> b.bytes).sum());
  }

  private static List<Tensor> wanted(RandomGraph graph) {
    var wanted = new ArrayList<>(graph.outputs());
    Tensor loss = graph.loss();
    wanted.add(loss);
    for (Tensor gradient : Gradients.ofTensors(loss, List.copyOf(graph.inputs().keySet()))) {
      wanted.add(gradient);
    }
    return wanted.stream().distinct().toList();
  }

  @Test
  void aPlanHasTheBitsOfAnEagerOne() {
    var graph = new RandomGraph(2, 14, true);
    List<Tensor> wanted = wanted(graph);
    List<float[]> eager = run(graph, wanted, PlanBuilder::eager);
    assertSame(eager, run(graph, wanted, builder -> builder), wanted);
    assertSame(eager, run(graph, wanted, PlanBuilder::frozen), wanted);
  }

  private static void assertSame(List<float[]> eager, List<float[]> planned, List<Tensor> wanted) {
    assertEquals(wanted.size(), planned.size());
    for (int i = 0; i < planned.size(); i++) {
      assertArrayEquals(eager.get(i), planned.get(i), "output " + i + ": " + wanted.get(i));
    }
  }

  private static List<float[]> run(
      RandomGraph graph, List<Tensor> wanted, UnaryOperator<PlanBuilder> mode) {
    Device device = TestDevices.ownWithoutLibraries();
    var parameters = new LinkedHashMap<Parameter, float[]>();
    var inputs = new LinkedHashMap<String, float[]>();
    graph
        .inputs()
        .forEach(
            (tensor, values) -> {
              if (tensor.node().op() instanceof Parameter parameter) {
                parameters.put(parameter, values);
              } else {
                inputs.put(tensor.node().op().name(), values);
              }
            });
    var set = new ParameterSet("all", List.copyOf(parameters.keySet()));
    try (var store = new ParameterStore(device, List.of(set), 0)) {
      parameters.forEach((parameter, values) -> store.write(parameter, FloatBuffer.wrap(values)));
      PlanBuilder builder = mode.apply(new PlanBuilder(store));
      for (int i = 0; i < wanted.size(); i++) {
        builder.output("output " + i, wanted.get(i));
      }
      try (Plan plan = builder.build()) {
        inputs.forEach(
            (name, values) -> {
              if (plan.hasInput(name)) {
                plan.set(name, values);
              }
            });
        plan.setState(7, 0);
        plan.run();
        return plan.outputs().stream().map(name -> floats(plan.read(name))).toList();
      }
    }
  }

  private static float[] floats(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }
}
