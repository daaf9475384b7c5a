package dev.glimpse.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch;
import dev.glimpse.device.TestDevices;
import dev.glimpse.device.Transfer;
import dev.glimpse.device.Work;
import dev.glimpse.nn.Conv2d;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Variable;
import dev.glimpse.ops.Window;
import dev.glimpse.train.Sgd;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PlanTest {
  private final Device device = TestDevices.own();
  private final Tensor x = Tensor.of(new Input("x", Shape.of(3)));
  private final Parameter p = new Parameter("p", Shape.of(3), Initializer.constant(2));
  private final Parameter q = new Parameter("q", Shape.of(3), Initializer.constant(5));
  private final ParameterSet first = new ParameterSet("first", List.of(p));
  private final ParameterSet second = new ParameterSet("second", List.of(q));
  private ParameterStore store;

  @BeforeEach
  void open() {
    store = new ParameterStore(device, List.of(first, second), 0);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private PlanBuilder builder() {
    return new PlanBuilder(store);
  }

  private static float[] floats(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private static void assertHolds(Plan plan, String output, float... expected) {
    assertArrayEquals(expected, floats(plan.read(output)));
  }

  @Test
  void inputsAreSetOrFed() {
    try (Plan plan = builder().output("y", Ops.shift(x, 1)).build()) {
      plan.set("x", 1, 2, 3);
      plan.run();
      assertHolds(plan, "y", 2, 3, 4);

      ByteBuffer host = ByteBuffer.allocateDirect(12).order(ByteOrder.nativeOrder());
      Transfer feed = plan.feed("x", host);
      for (int i = 0; i < 3; i++) {
        host.putFloat(0, i).putFloat(4, 10 + i).putFloat(8, 20 + i);
        feed.run();
        plan.run();
        assertHolds(plan, "y", 1 + i, 11 + i, 21 + i);
      }
    }
  }

  /** A frozen plan packs weights once, and computes the same. */
  @Test
  void aFrozenPlanPreparesItsParametersOnce() {
    var convolution = new Conv2d("conv", 3, 5, Window.square(3, 1, 1));
    var set = new ParameterSet("all", convolution.parameters());
    Device device = TestDevices.own();
    try (var store = new ParameterStore(device, List.of(set), 1)) {
      Tensor x = Tensor.of(new Input("x", Shape.of(2, 6, 6, 3)));
      Tensor y = convolution.apply(x);
      float[] images = new float[2 * 6 * 6 * 3];
      Arrays.fill(images, 0.5f);
      try (Plan usual = new PlanBuilder(store).output("y", y).build();
          Plan frozen = new PlanBuilder(store).frozen().output("y", y).build()) {
        for (int run = 0; run < 2; run++) {
          usual.set("x", images);
          frozen.set("x", images);
          usual.run();
          frozen.run();
          assertEquals(usual.read("y"), frozen.read("y"));
        }
        DeviceInfo info = device.info();
        int packing = info.kind().isCpu() || !info.libraries().isEmpty() ? 1 : 0;
        assertEquals(usual.launches().size() - packing, frozen.launches().size());
      }
    }
  }

  /** Of a part of a parameter, too, which a kernel may not read where it lies. */
  @Test
  void aFrozenPlanPreparesCopiesOnce() {
    var both = new Parameter("both", Shape.of(3, 3, 3, 10), Initializer.uniform(1));
    try (var store =
        new ParameterStore(TestDevices.own(), List.of(new ParameterSet("all", List.of(both))), 1)) {
      Tensor images = Tensor.of(new Input("x", Shape.of(2, 6, 6, 3)));
      Tensor weights = Ops.split(both.tensor(), List.of(5, 5)).get(1);
      Tensor y = Ops.conv2d(images, weights, Window.square(3, 1, 1));
      float[] values = new float[2 * 6 * 6 * 3];
      Arrays.fill(values, 0.5f);
      try (Plan usual = new PlanBuilder(store).output("y", y).build();
          Plan frozen = new PlanBuilder(store).frozen().output("y", y).build()) {
        usual.set("x", values);
        frozen.set("x", values);
        usual.run();
        frozen.run();
        assertEquals(usual.read("y"), frozen.read("y"));
      }
    }
  }

  /**
   * And what parameters alone determine; but what is drawn is drawn anew, and outputs are written.
   */
  @Test
  void aFrozenPlanComputesOnceWhatLasts() {
    Tensor sum = Ops.sum(Ops.exp(Ops.add(p.tensor(), q.tensor())));
    Tensor y = Ops.multiply(sum, x);
    Tensor noise = Ops.randomNormal(Shape.of(3));
    try (Plan plan =
        builder()
            .frozen()
            .output("y", y)
            .output("noise", noise)
            .output("sum", Ops.shift(sum, 0.5f))
            .build()) {
      assertFalse(plan.preparation().isEmpty());
      for (Work work : plan.preparation()) {
        List<Object> arguments = ((Launch) work).arguments();
        plan.memory().outputs().values().forEach(b -> assertFalse(arguments.contains(b)));
      }
      plan.setState(1, 0);
      float[] drawn = {};
      for (int run = 0; run < 2; run++) {
        plan.set("x", run, 2, 3);
        plan.run();
        float total = floats(plan.read("sum"))[0] - 0.5f;
        float[] products = {run * total, 2 * total, 3 * total};
        assertArrayEquals(products, floats(plan.read("y")), 1e-4f);
        assertFalse(Arrays.equals(drawn, floats(plan.read("noise"))));
        drawn = floats(plan.read("noise"));
      }
    }
  }

  @Test
  void aParameterTakesANewValueWithEachRun() {
    Tensor next = Ops.add(Ops.scale(p.tensor(), 0.5f), x);
    try (Plan plan = builder().update(p, next).update(q, p.tensor()).build()) {
      plan.set("x", 1, 2, 3);
      plan.run();
      assertArrayEquals(new float[] {2, 3, 4}, floats(store.read(p)));
      assertArrayEquals(new float[] {2, 2, 2}, floats(store.read(q)), "as it was before the run");
      plan.run();
      assertArrayEquals(new float[] {2, 3.5f, 5}, floats(store.read(p)));
      assertArrayEquals(new float[] {2, 3, 4}, floats(store.read(q)));
    }
    var twice =
        assertThrows(
            IllegalArgumentException.class, () -> builder().update(p, next).update(p, x).build());
    assertEquals("two updates are named p", twice.getMessage());
  }

  @Test
  void wrongNamesAndSizesAreRefused() {
    try (Plan plan = builder().output("y", Ops.shift(x, 1)).build()) {
      assertTrue(plan.hasInput("x"));
      assertFalse(plan.hasInput("z"));
      assertFalse(plan.hasVariable("z"));
      assertEquals(List.of("y"), List.copyOf(plan.outputs()));
      assertRefused("the plan has no input z, only [x]", () -> plan.set("z", 1));
      assertRefused("the plan has no output z, only [y]", () -> plan.read("z"));
      assertRefused("the plan has no variable z, only []", () -> plan.setVariable("z", 1));
      assertRefused("no objective z", () -> plan.setLearningRate("z", 1));
      assertRefused("x takes [3], not 2 values", () -> plan.set("x", 1, 2));
      assertRefused(
          "input x takes [3], 12 bytes, not 8", () -> plan.feed("x", ByteBuffer.allocateDirect(8)));
    }
  }

  private static void assertRefused(String message, Runnable call) {
    var refusal = assertThrows(IllegalArgumentException.class, call::run);
    assertEquals(message, refusal.getMessage());
  }

  @Test
  void anyTensorCanBeAnOutput() {
    Tensor y = Ops.shift(x, 1);
    try (Plan plan =
        builder()
            .output("input", x)
            .output("parameter", p.tensor())
            .output("constant", Ops.constant(4, Shape.of(2)))
            .output("alias", Ops.reshape(x, Shape.of(3, 1)))
            .output("part", Ops.split(x, List.of(1, 2)).get(1))
            .output("result", y)
            .output("same result", y)
            .output("equal result", Ops.shift(x, 1))
            .build()) {
      plan.set("x", 1, 2, 3);
      plan.run();
      assertHolds(plan, "input", 1, 2, 3);
      assertHolds(plan, "parameter", 2, 2, 2);
      assertHolds(plan, "constant", 4, 4);
      assertHolds(plan, "alias", 1, 2, 3);
      assertHolds(plan, "part", 2, 3);
      assertHolds(plan, "result", 2, 3, 4);
      assertHolds(plan, "same result", 2, 3, 4);
      assertHolds(plan, "equal result", 2, 3, 4);
      assertEquals(Shape.of(3, 1), plan.outputShape("alias"));
    }
  }

  @Test
  void variablesChangeBetweenRuns() {
    Tensor factor = Tensor.of(new Variable("factor", 3));
    try (Plan plan = builder().output("y", Ops.multiply(x, factor)).build()) {
      assertTrue(plan.hasVariable("factor"));
      plan.set("x", 1, 2, 3);
      plan.run();
      assertHolds(plan, "y", 3, 6, 9);
      plan.setVariable("factor", -1);
      plan.run();
      assertHolds(plan, "y", -1, -2, -3);
    }
  }

  @Test
  void metricsAreKeptForTheLastRuns() {
    Tensor factor = Tensor.of(new Variable("factor", 1));
    try (Plan plan =
        builder()
            .metric("one", Ops.scale(factor, 1.5f))
            .metric("two", Ops.scale(factor, 2))
            .build()) {
      assertEquals(List.of("one", "two"), plan.metrics());
      int runs = Plan.HISTORY + 3;
      for (int i = 0; i < runs; i++) {
        plan.setVariable("factor", i);
        plan.run();
      }
      FloatBuffer history = plan.history();
      for (int i = runs - Plan.HISTORY; i < runs; i++) {
        assertEquals(1.5f * i, history.get(i % Plan.HISTORY * 2));
        assertEquals(2f * i, history.get(i % Plan.HISTORY * 2 + 1));
      }
      assertEquals(runs, plan.step());
      assertEquals(2f * (runs - 1), plan.latest("two"));
      assertRefused("the plan has no metric three, only [one, two]", () -> plan.latest("three"));
    }
  }

  @Test
  void aMetricIsAScalar() {
    assertRefused("metric y is no scalar: [3]", () -> builder().metric("y", x));
  }

  /** Both gradients are those of the values before either update. */
  @Test
  void objectivesDescendTogether() {
    Tensor product = Ops.multiply(p.tensor(), q.tensor());
    var towards = new Objective("one", Ops.sum(product), first, new Sgd(0.1f, 0, 0, 0));
    var away = new Objective("two", Ops.sum(Ops.negate(product)), second, new Sgd(0.1f, 0, 0, 0));
    try (Plan plan = builder().objective(towards).objective(away).build()) {
      plan.run();
      assertArrayEquals(new float[] {1.5f, 1.5f, 1.5f}, floats(store.read(p)), 1e-6f);
      assertArrayEquals(new float[] {5.2f, 5.2f, 5.2f}, floats(store.read(q)), 1e-6f);
      plan.setLearningRate("two", 0);
      plan.run();
      assertArrayEquals(new float[] {0.98f, 0.98f, 0.98f}, floats(store.read(p)), 1e-6f);
      assertArrayEquals(new float[] {5.2f, 5.2f, 5.2f}, floats(store.read(q)), 1e-6f);
    }
  }

  @Test
  void aLossMustReachItsParameters() {
    var objective = new Objective("one", Ops.sum(q.tensor()), first, new Sgd(0.1f, 0, 0, 0));
    int before = device.liveObjects();
    assertRefused(
        "the loss does not depend on parameter p", () -> builder().objective(objective).build());
    assertEquals(before, device.liveObjects());
  }

  @Test
  void aLossIsAScalar() {
    assertRefused("a loss must be a scalar, not [3]", () -> Gradients.of(p.tensor(), List.of(p)));
  }

  /** A scalar of any rank will do. */
  @Test
  void aLossMayBeAMatrixOfOneElement() {
    Tensor row = Ops.reshape(p.tensor(), Shape.of(1, 3));
    Tensor loss = Ops.matmul(row, Ops.reshape(x, Shape.of(3, 1)));
    Tensor gradient = Gradients.of(loss, List.of(p)).get(p);
    try (Plan plan = builder().output("gradient", gradient).build()) {
      plan.set("x", 1, 2, 3);
      plan.run();
      assertHolds(plan, "gradient", 1, 2, 3);
    }
  }

  @Test
  void whatChangesParametersFitsThem() {
    Tensor two = Tensor.of(new Input("two", Shape.of(2)));
    assertRefused("p is [3], not [2]", () -> builder().update(p, two));
    assertRefused("a gate and its count are scalars, not [2] and [3]", () -> new Gate(two, p));
    var frozen = builder().update(p, Ops.scale(p.tensor(), 2)).frozen();
    assertEquals(
        "a frozen plan changes no parameters",
        assertThrows(IllegalStateException.class, frozen::build).getMessage());
  }

  @Test
  void namesAreUnique() {
    var twin = new Parameter("p", Shape.of(1), Initializer.constant(0));
    assertRefused("two parameters are named p", () -> new ParameterSet("twins", List.of(p, twin)));
    var overlapping = new ParameterSet("overlapping", List.of(p));
    assertRefused(
        "p[3] is in two parameter sets",
        () -> new ParameterStore(device, List.of(first, overlapping), 0));
    Tensor other = Tensor.of(new Input("x", Shape.of(2)));
    assertRefused(
        "input x is [3] and [2]", () -> builder().output("x", x).output("y", other).build());
    assertRefused("two outputs are named y", () -> builder().output("y", x).output("y", x));
    assertRefused(
        "two metrics are named m", () -> builder().metric("m", Ops.sum(x)).metric("m", Ops.sum(x)));
    var objective = new Objective("one", Ops.sum(p.tensor()), first, new Sgd(0.1f, 0, 0, 0));
    assertRefused(
        "two objectives are named one", () -> builder().objective(objective).objective(objective));
    Tensor sum = Ops.add(Tensor.of(new Variable("v", 1)), Tensor.of(new Variable("v", 2)));
    assertRefused("variable v starts as 1.0 and 2.0", () -> builder().output("y", sum).build());
  }

  @Test
  void parametersBelongToTheStore() {
    var stranger = new Parameter("stranger", Shape.of(3), Initializer.constant(0));
    assertRefused(
        "stranger[3] is in no parameter set of this store",
        () -> builder().output("y", Ops.tanh(stranger.tensor())).build());
  }

  @Test
  void closingTwiceIsNoError() {
    int before = device.liveObjects();
    Plan plan = builder().output("y", Ops.shift(x, 1)).build();
    assertTrue(device.liveObjects() > before);
    plan.close();
    plan.close();
    assertEquals(before, device.liveObjects());
  }
}
