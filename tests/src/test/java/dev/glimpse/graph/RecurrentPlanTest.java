package dev.glimpse.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DryDevice;
import dev.glimpse.device.Launch;
import dev.glimpse.device.TestDevices;
import dev.glimpse.nn.LstmCell;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Plans of recurrent networks: what a loop shares between its steps, and what it keeps. */
class RecurrentPlanTest {
  private static final int STEPS = 8;
  private static final int BATCH = 48;
  private static final int UNITS = 128;

  private final LstmCell cell = new LstmCell("cell", 20, UNITS);
  private final ParameterSet set = new ParameterSet("all", cell.parameters());

  /** The hidden state after all steps of an LSTM, whose gates are 512 wide. */
  private Tensor unrolled() {
    LstmCell.State state = cell.zeroState(BATCH);
    for (int t = 0; t < STEPS; t++) {
      state = cell.step(Tensor.of(new Input("x" + t, Shape.of(BATCH, 20))), state);
    }
    return state.hidden();
  }

  private List<Launch> launches(Device device, Map<String, Tensor> outputs, boolean frozen) {
    try (var store = new ParameterStore(device, List.of(set), 0)) {
      var builder = new PlanBuilder(store);
      outputs.forEach(builder::output);
      try (Plan plan = frozen ? builder.frozen().build() : builder.build()) {
        return plan.launches().stream().map(Launch.class::cast).toList();
      }
    }
  }

  private List<Launch> training() {
    var outputs = new LinkedHashMap<String, Tensor>();
    Gradients.of(Ops.mean(unrolled()), cell.parameters())
        .forEach((parameter, gradient) -> outputs.put(parameter.name(), gradient));
    return launches(new DryDevice(DeviceInfo.Kind.CPU), outputs, false);
  }

  private static long count(List<Launch> launches, String entry, String define, String value) {
    return launches.stream()
        .filter(launch -> launch.kernel().entry().equals(entry))
        .filter(launch -> value.equals(launch.kernel().defines().get(define)))
        .count();
  }

  /** Neither the first cells nor the inputs need a gradient; the last step gives no cells. */
  @Test
  void theGradientByWeightsIsOneProductOverAllSteps() {
    List<Launch> launches = training();
    assertEquals(1, count(launches, "gemm", "A_TRANSPOSED", "1"));
    assertEquals(2 * STEPS - 1, count(launches, "gemm", "A_TRANSPOSED", "0"));
    assertEquals(STEPS - 1, count(launches, "gemm", "B_TRANSPOSED", "1"));
    Launch product =
        launches.stream()
            .filter(launch -> "1".equals(launch.kernel().defines().get("A_TRANSPOSED")))
            .findAny()
            .orElseThrow();
    assertTrue(
        product.cost().flops() >= 2L * STEPS * BATCH * (20 + UNITS) * 4 * UNITS, product::toString);
    assertTrue(
        launches.stream().noneMatch(launch -> launch.kernel().entry().equals("column_sum")),
        "the gradient by the bias rides on it");
  }

  @Test
  void eachDirectionPacksTheWeightsOnce() {
    List<Launch> launches = training();
    assertEquals(1, count(launches, "pack_panels", "B_TRANSPOSED", "0"));
    assertEquals(1, count(launches, "pack_panels", "B_TRANSPOSED", "1"));
    assertEquals(2 * STEPS - 1, count(launches, "gemm", "PACKED", "1"));
    // The gradient by the weights, whose operands nobody shares.
    assertEquals(1, count(launches, "gemm", "PACK", "1"));
  }

  /** A frozen plan packs, and sets the first state to zero, before its first run. */
  @Test
  void inferenceKeepsNoGates() {
    var device = new DryDevice(DeviceInfo.Kind.CPU);
    List<Launch> launches = launches(device, Map.of("y", unrolled()), false);
    assertEquals(STEPS, count(launches, "lstm_step", "KEEP_GATES", "0"));
    assertEquals(0, count(launches, "lstm_step", "KEEP_GATES", "1"));
    assertEquals(STEPS, count(training(), "lstm_step", "KEEP_GATES", "1"));
    assertEquals(1, count(launches, "pack_panels", "B_TRANSPOSED", "0"));
    List<Launch> frozen = launches(device, Map.of("y", unrolled()), true);
    assertEquals(launches.size() - 2, frozen.size());
    assertEquals(0, count(frozen, "pack_panels", "B_TRANSPOSED", "0"));
  }

  /** On a GPU nothing is packed. */
  @Test
  void aGpuPacksNothing() {
    var device = new DryDevice(DeviceInfo.Kind.OTHER_GPU);
    List<Launch> launches = launches(device, Map.of("y", unrolled()), false);
    assertEquals(0, count(launches, "pack_panels", "B_TRANSPOSED", "0"));
    assertEquals(STEPS, count(launches, "lstm_step", "KEEP_GATES", "0"));
  }

  private static SmallDraw draw(int steps, boolean recompute) {
    return new SmallDraw(steps, 5, Shape.of(12, 9, 1), 7, 3, recompute);
  }

  @Test
  void aLongLoopIsPlannedQuickly() {
    plan(2);
    Duration fastest = Duration.ofDays(1);
    for (int i = 0; i < 3; i++) {
      long start = System.nanoTime();
      plan(64);
      var time = Duration.ofNanos(System.nanoTime() - start);
      fastest = time.compareTo(fastest) < 0 ? time : fastest;
    }
    assertTrue(fastest.compareTo(Duration.ofSeconds(2)) < 0, fastest::toString);
  }

  private static void plan(int steps) {
    var draw = new SmallDraw(steps, 100, Shape.of(28, 28, 1), 256, 10, true);
    var device = new DryDevice(DeviceInfo.Kind.CPU);
    try (var store = new ParameterStore(device, List.of(draw.parameters), 0);
        Plan plan = draw.gradients(store).build()) {
      assertTrue(plan.launches().size() > 10 * steps);
    }
  }

  /** The loss, and the gradients by all parameters. */
  private static Map<String, float[]> run(SmallDraw draw, boolean planned) {
    try (var store =
        new ParameterStore(TestDevices.ownWithoutLibraries(), List.of(draw.parameters), 3)) {
      PlanBuilder builder = draw.gradients(store);
      try (Plan plan = planned ? builder.build() : builder.eager().build()) {
        plan.set("x", draw.batch());
        plan.setState(11, 0);
        plan.run();
        var results = new LinkedHashMap<String, float[]>();
        plan.outputs().forEach(name -> results.put(name, floats(plan.read(name))));
        return results;
      }
    }
  }

  private static float[] floats(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  @Test
  void aLoopHasTheBitsOfAnEagerOne() {
    for (boolean recompute : new boolean[] {false, true}) {
      Map<String, float[]> planned = run(draw(5, recompute), true);
      Map<String, float[]> eager = run(draw(5, recompute), false);
      assertEquals(eager.keySet(), planned.keySet());
      eager.forEach((name, values) -> assertArrayEquals(values, planned.get(name), name));
    }
  }

  @Test
  void canvasesComputedAgainTakeNoMemory() {
    long kept = arena(draw(16, false));
    long again = arena(draw(16, true));
    long canvas = draw(16, true).x.shape().bytes();
    assertTrue(again <= kept - 8 * canvas, again + " and " + kept + " bytes");
  }

  private static long arena(SmallDraw draw) {
    var device = new DryDevice(DeviceInfo.Kind.CPU);
    try (var store = new ParameterStore(device, List.of(draw.parameters), 0);
        Plan plan = draw.gradients(store).build()) {
      return plan.arenaBytes();
    }
  }

  @Test
  void canvasesComputedAgainGiveTheSameGradients() {
    Map<String, float[]> kept = run(draw(16, false), true);
    Map<String, float[]> again = run(draw(16, true), true);
    assertEquals(kept.keySet(), again.keySet());
    kept.forEach(
        (name, values) -> {
          double difference = 0;
          double size = 0;
          for (int i = 0; i < values.length; i++) {
            difference += Math.pow(values[i] - again.get(name)[i], 2);
            size += Math.pow(values[i], 2);
          }
          assertTrue(size > 0, name + " is zero");
          assertTrue(difference <= 1e-8 * size, name + ": " + Math.sqrt(difference / size));
        });
  }
}
