package dev.glimpse.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DryDevice;
import dev.glimpse.device.Launch;
import dev.glimpse.device.Work;
import dev.glimpse.nn.Activation;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.Linear;
import dev.glimpse.ops.BatchMoments;
import dev.glimpse.ops.BatchNormalize;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Node;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.Adam;
import dev.glimpse.train.Sgd;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a plan launches: nothing twice, nothing in vain, and pointwise work on other kernels. */
class FusionTest {
  private final Device device = new DryDevice(DeviceInfo.Kind.CPU);
  private final Tensor a = input("a", 20, 30);
  private final Tensor b = input("b", 30, 40);
  private final Tensor c = input("c", 20, 40);

  private static Tensor input(String name, int... dimensions) {
    return Tensor.of(new Input(name, Shape.of(dimensions)));
  }

  private List<Launch> launches(Tensor... outputs) {
    try (var store = new ParameterStore(device, List.of(), 0)) {
      var builder = new PlanBuilder(store);
      for (int i = 0; i < outputs.length; i++) {
        builder.output("output " + i, outputs[i]);
      }
      try (Plan plan = builder.build()) {
        return plan.launches().stream().map(Launch.class::cast).toList();
      }
    }
  }

  private void assertLaunches(List<String> kernels, Tensor... outputs) {
    assertEquals(kernels, entries(launches(outputs)));
  }

  private static List<String> entries(List<? extends Work> launches) {
    return launches.stream().map(work -> work.program().split(":")[1]).toList();
  }

  @Test
  void biasAndActivationRideOnTheProduct() {
    var linear = new Linear("layer", 30, 40, Activation.TANH);
    var set = new ParameterSet("all", linear.parameters());
    try (var store = new ParameterStore(device, List.of(set), 0);
        Plan plan = new PlanBuilder(store).output("y", linear.apply(a)).build()) {
      assertEquals(List.of("gemm"), entries(plan.launches()));
      assertEquals("layer/matmulNN", plan.launches().get(0).scope());
    }
  }

  @Test
  void scaledSumOfAProductIsOneLaunch() {
    Tensor sum = Ops.add(Ops.scale(Ops.matmul(a, b), 0.5f), Ops.scale(c, -2));
    assertLaunches(List.of("gemm"), sum);
  }

  @Test
  void theGradientOfABiasRidesOnThatOfTheWeight() {
    var linear = new Linear("layer", 30, 40, Activation.NONE);
    Tensor loss = Ops.mean(Ops.multiply(linear.apply(a), c));
    var gradients = Gradients.of(loss, linear.parameters());
    Tensor weight = gradients.get(linear.parameters().get(0));
    Tensor bias = gradients.get(linear.parameters().get(1));
    assertLaunches(List.of("pointwise", "gemm"), weight, bias);
  }

  @Test
  void aLossItsGradientAndItsRowSumsAreOneLaunch() {
    Tensor target = input("target", 20, 40);
    Tensor rows = Ops.rowSum(Ops.bernoulliCrossEntropy(c, target));
    Tensor gradient = Gradients.ofTensors(Ops.mean(rows), List.of(c)).get(0);
    assertLaunches(List.of("pointwise"), rows, gradient);
    assertLaunches(List.of("pointwise", "sum_all"), Ops.mean(rows), gradient);
  }

  @Test
  void divergenceAndDrawAreOneLaunch() {
    List<Tensor> parts = Ops.split(c, List.of(20, 20));
    var latent = new Gaussian(parts.get(0), parts.get(1));
    Tensor draw = latent.sample();
    Tensor divergence = latent.klFromStandard();
    assertLaunches(List.of("random_normal", "pointwise", "advance"), draw, divergence);
  }

  @Test
  void partsAreWrittenAndReadInPlace() {
    List<Tensor> parts = Ops.split(Ops.matmul(a, b), List.of(10, 30));
    Tensor joined = Ops.concat(List.of(Ops.tanh(parts.get(1)), Ops.matmul(a, b)));
    Tensor product = Ops.matmul(joined, input("d", 70, 5));
    List<String> kernels = entries(launches(product));
    // The products are one, since equal; only its second use in the concatenation is a copy.
    assertEquals(List.of("gemm", "pointwise", "gemm"), kernels);
  }

  @Test
  void reshapingCostsNothing() {
    Tensor flat = Ops.reshape(Ops.tanh(c), Shape.of(800));
    assertLaunches(List.of("pointwise", "pointwise"), Ops.exp(flat));
  }

  @Test
  void nothingIsComputedTwice() {
    Tensor first = Ops.softmax(Ops.matmul(a, b));
    Tensor second = Ops.softmax(Ops.matmul(a, b));
    assertLaunches(List.of("gemm", "softmax", "pointwise"), Ops.multiply(first, second));
  }

  @Test
  void nothingIsComputedInVain() {
    Tensor loss = Ops.mean(Ops.square(Ops.matmul(a, b)));
    Tensor gradient = Gradients.ofTensors(loss, List.of(a)).get(0);
    // Neither the loss nor the gradient by b.
    assertLaunches(List.of("gemm", "gemm"), gradient);
  }

  /** All arguments of a kernel may take 1,024 bytes. */
  @Test
  void aLaunchHasNotTooManyResults() {
    Tensor[] many =
        IntStream.range(0, 200)
            .mapToObj(i -> Ops.tanh(Ops.scale(a, 1 + i / 100f)))
            .toArray(Tensor[]::new);
    List<Launch> launches = launches(many);
    assertTrue(launches.size() < 10, "%d launches".formatted(launches.size()));
    for (Launch launch : launches) {
      assertTrue(launch.arguments().size() < 100, launch.arguments()::toString);
    }
  }

  /** Chains of one tensor stay apart where each may ride on a kernel of its own. */
  @Test
  void everyProductTakesItsOwnChain() {
    Tensor first = Ops.multiply(c, Ops.matmul(a, b));
    Tensor second = Ops.multiply(c, Ops.matmul(input("d", 20, 30), b));
    for (Launch launch : launches(first, second)) {
      assertEquals("gemm", launch.kernel().entry());
      assertTrue(launch.kernel().defines().get("CHAIN_BODY").contains("f_multiply"));
    }
  }

  @Test
  void twoChainsOfAProductRideOnIt() {
    Tensor product = Ops.matmul(a, b);
    assertLaunches(List.of("gemm"), Ops.multiply(c, product), Ops.tanh(product));
  }

  /**
   * The gradient of a batch normalization reads a chain, and sums of it. With another chain that
   * reads the images it may be one, but not with that one, too.
   */
  @Test
  void aChainIsNotTakenInBeforeItIsSummed() {
    Tensor other = Ops.exp(c);
    List<Tensor> moments = Node.of(new BatchMoments(1e-5f), List.of(c)).outputs();
    Tensor scale = input("scale", 40);
    Tensor shift = input("shift", 40);
    Tensor normal =
        Tensor.of(new BatchNormalize(), c, moments.get(0), moments.get(2), scale, shift);
    Tensor loss = Ops.sum(Ops.multiply(normal, Ops.tanh(Ops.matmul(a, b))));
    Tensor gradient = Gradients.ofTensors(loss, List.of(c)).get(0);
    List<String> kernels = entries(launches(other, gradient));
    assertEquals("pointwise", kernels.get(kernels.size() - 1));
    assertEquals(1, kernels.stream().filter("pointwise"::equals).count(), kernels.toString());
  }

  @Test
  void gradientsOfSumsAreNotStored() {
    Tensor loss = Ops.mean(Ops.tanh(c));
    Tensor gradient = Gradients.ofTensors(loss, List.of(c)).get(0);
    assertLaunches(List.of("pointwise"), gradient);
  }

  @Test
  void aSumOfOneColumnIsNoObstacle() {
    Tensor column = input("column", 20, 1);
    Tensor sum = Ops.scale(Ops.rowSum(Ops.square(column)), 2);
    assertLaunches(List.of("pointwise", "pointwise"), sum);
  }

  @Test
  void eagerLaunchesEveryOp() {
    try (var store = new ParameterStore(device, List.of(), 0);
        Plan plan =
            new PlanBuilder(store)
                .output("y", Ops.tanh(Ops.add(Ops.matmul(a, b), c)))
                .eager()
                .build()) {
      assertEquals(List.of("gemm", "pointwise", "pointwise"), entries(plan.launches()));
    }
  }

  @Test
  void theUpdateIsOneLaunch() {
    var vae = new SmallVae();
    try (ParameterStore store = vae.store(device, 0)) {
      List<String> kernels = entries(vae.step(store, new Adam(0.001f)).build().launches());
      assertEquals(1, kernels.stream().filter("adam"::equals).count());
      assertTrue(kernels.indexOf("adam") == kernels.size() - 2, kernels.toString());
      assertEquals("advance", kernels.get(kernels.size() - 1));
      // Per layer a product forward and two back, but no gradient of the data.
      assertEquals(3 * 6 - 1, kernels.stream().filter("gemm"::equals).count());
      assertTrue(kernels.size() <= 28, kernels.size() + " launches: " + kernels);

      var clipped = new Sgd(0.1f, 0, 0, 5);
      List<String> more = entries(vae.step(store, clipped).build().launches());
      assertEquals(
          List.of("sum_squares", "sum_all", "sgd", "advance"),
          more.subList(more.size() - 4, more.size()));
    }
  }

  @Test
  void memoryIsReused() {
    Tensor y = c;
    for (int i = 0; i < 10; i++) {
      y = Ops.softmax(y);
    }
    try (var store = new ParameterStore(device, List.of(), 0);
        Plan plan = new PlanBuilder(store).output("y", y).build();
        Plan eager = new PlanBuilder(store).output("y", y).eager().build()) {
      long one = 4096;
      assertEquals(2 * one, plan.arenaBytes());
      assertEquals(9 * one, eager.arenaBytes());
      assertEquals(9, plan.memoryMap().size());
    }
  }
}
