package dev.glimpse.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DeviceOptions;
import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Window.Extent;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Which tile a product gets on a GPU, and that its result does not show which. */
class GroupTileTest {
  /** For a product of about 128 x 128 that many multiprocessors want the tiles in their order. */
  private static final List<Integer> UNITS = List.of(1, 2, 4, 8, 16);

  private static final Extent IMAGE = new Extent(11, 11);
  private static final int ROWS = 121;
  private static final int COLUMNS = 126;

  private final Map<String, float[]> inputs = new LinkedHashMap<>();

  @Test
  void fillsTheDevice() {
    DeviceInfo card = gpu(132);
    assertEquals(new GroupTile(32, 32), GroupTile.of(card, 100, 1024, 1));
    assertEquals(new GroupTile(64, 64), GroupTile.of(card, 900, 512, 1));
    assertEquals(new GroupTile(128, 64), GroupTile.of(card, 1024, 1024, 1));
    assertEquals(new GroupTile(128, 128), GroupTile.of(card, 4096, 4096, 1));
  }

  /** Few results of many steps, as of a discriminator; never an empty share. */
  @Test
  void dividesSteps() {
    assertEquals(1, GroupTile.shares(1024, 1024, 1024));
    assertEquals(1, GroupTile.shares(100, 1024, 255));
    assertEquals(6, GroupTile.shares(100, 400, 784));
    assertEquals(49, GroupTile.shares(64, 1, 6272));
    int steps = 32769;
    int shares = GroupTile.shares(1, 1, steps);
    int ofShare = (steps + shares - 1) / shares;
    assertTrue((shares - 1) * ofShare < steps, shares + " of " + ofShare);
  }

  @Test
  void resultsDoNotShowIt() {
    Map<String, float[]> first = null;
    for (int i = 0; i < UNITS.size(); i++) {
      DeviceInfo info = gpu(UNITS.get(i));
      GroupTile tile = GroupTile.of(info, ROWS, COLUMNS, 1);
      assertEquals(GroupTile.ALL.get(i), tile);
      Map<String, float[]> results = results(info);
      if (first == null) {
        first = results;
      }
      for (String name : first.keySet()) {
        assertArrayEquals(first.get(name), results.get(name), name + ", " + tile);
      }
    }
  }

  /**
   * Products, one with the sums of columns, one divided; a convolution's adjoint, and by weights.
   */
  private Map<String, float[]> results(DeviceInfo info) {
    Window window = Window.square(3, 1, 1);
    Tensor b = input("b", 37, COLUMNS);
    Tensor product = Tensor.of(new MatMul(true, false), input("a", 37, ROWS), b);
    Tensor divided = Ops.matmul(input("deep a", ROWS, 391), input("deep b", 391, COLUMNS));
    Tensor images =
        Tensor.of(
            new Convolution(window, IMAGE, true, true),
            input("x", 1, 11, 11, 5),
            input("weights", 3, 3, COLUMNS, 5));
    Tensor weights =
        Tensor.of(
            new ConvolutionWeights(window, false),
            input("image", 1, 11, 11, 13),
            input("field", 1, 11, 11, COLUMNS));
    var options =
        new DeviceOptions(
            DeviceOptions.Kernels.HAND, Optional.of(DeviceOptions.Precision.FP32), true);
    var results = new LinkedHashMap<String, float[]>();
    try (Device device = TestDevices.openUnoptimised(info, options);
        var store = new ParameterStore(device, List.of(), 0);
        Plan plan =
            new PlanBuilder(store)
                .output("product", product)
                .output("column sums", Ops.columnSum(b))
                .output("divided", divided)
                .output("images", images)
                .output("weights", weights)
                .build()) {
      inputs.forEach(plan::set);
      plan.run();
      for (String name : List.of("product", "column sums", "divided", "images", "weights")) {
        FloatBuffer read = plan.read(name);
        float[] values = new float[read.remaining()];
        read.get(values);
        results.put(name, values);
      }
    }
    return results;
  }

  private Tensor input(String name, int... shape) {
    Tensor input = Tensor.of(new Input(name, Shape.of(shape)));
    var random = new SplittableRandom(name.hashCode());
    float[] values = new float[input.shape().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble() - 0.5f;
    }
    inputs.put(name, values);
    return input;
  }

  private static DeviceInfo gpu(int units) {
    return TestDevices.gpu(units, TestDevices.withGpuKernels().info().localMemory());
  }
}
