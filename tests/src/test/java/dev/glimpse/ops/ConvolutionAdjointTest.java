package dev.glimpse.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.glimpse.device.Device;
import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Window.Extent;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A convolution is linear in images and in weights, so {@code <conv(x, w), g>} is also the product
 * of x with the transposed convolution of g, and that of w with the gradient by weights. All
 * numbers are small integers, whose sums are exact in single precision: the products must be equal.
 */
class ConvolutionAdjointTest {
  private static final int GEOMETRIES = 40;

  private final SplittableRandom random = new SplittableRandom(3);
  private final Map<String, float[]> values = new LinkedHashMap<>();

  @Test
  void ofOwnKernels() {
    check(TestDevices.own());
  }

  @Test
  void ofGpuKernels() {
    check(TestDevices.withGpuKernels());
  }

  private void check(Device device) {
    try (var store = new ParameterStore(device, List.of(), 0)) {
      var builder = new PlanBuilder(store);
      List<Window> windows = IntStream.range(0, GEOMETRIES).mapToObj(i -> add(builder, i)).toList();
      try (Plan plan = builder.build()) {
        values.forEach(plan::set);
        plan.run();
        for (int i = 0; i < GEOMETRIES; i++) {
          String what = "number %d, %s: ".formatted(i, windows.get(i));
          double product = product(values.get("field " + i), plan.read("forth " + i));
          float[] images = values.get("images " + i);
          assertEquals(product, product(images, plan.read("by images " + i)), what + "by images");
          assertEquals(product, product(images, plan.read("back " + i)), what + "transposed");
          float[] weights = values.get("weights " + i);
          assertEquals(
              product, product(weights, plan.read("by weights " + i)), what + "by weights");
          float[] transposed = values.get("transposed " + i);
          assertEquals(
              product,
              product(transposed, plan.read("by transposed " + i)),
              what + "by transposed");
        }
      }
    }
  }

  private Window add(PlanBuilder builder, int i) {
    var window = new Window(1 + any(4), 1 + any(4), one(3), new Extent(any(3), any(3)), one(3));
    Extent fitting = window.image(one(4), new Extent(any(3), any(3)));
    var image = new Extent(Math.max(1, fitting.height()), Math.max(1, fitting.width()));
    Extent positions = window.positions(image);
    int batch = 1 + any(2);
    int channels = 1 + any(9);
    int fields = 1 + any(20);
    Shape shape = Shape.of(window.height(), window.width(), channels, fields);
    Tensor images = input("images " + i, Shape.of(batch, image.height(), image.width(), channels));
    Tensor field =
        input("field " + i, Shape.of(batch, positions.height(), positions.width(), fields));
    Tensor weights = input("weights " + i, shape);
    Tensor transposed =
        Tensor.of(
            new Input(
                "transposed " + i, Shape.of(window.height(), window.width(), fields, channels)));
    values.put("transposed " + i, transposed(values.get("weights " + i), channels, fields));
    builder.output("forth " + i, Ops.conv2d(images, weights, window));
    builder.output(
        "by images " + i, Tensor.of(new Convolution(window, image, true, true), field, weights));
    builder.output(
        "back " + i, Tensor.of(new Convolution(window, image, true, false), field, transposed));
    builder.output(
        "by weights " + i, Tensor.of(new ConvolutionWeights(window, false), images, field));
    builder.output(
        "by transposed " + i, Tensor.of(new ConvolutionWeights(window, true), images, field));
    return window;
  }

  private Tensor input(String name, Shape shape) {
    float[] drawn = new float[shape.size()];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = any(7) - 3;
    }
    values.put(name, drawn);
    return Tensor.of(new Input(name, shape));
  }

  private static float[] transposed(float[] weights, int channels, int fields) {
    float[] transposed = new float[weights.length];
    for (int i = 0; i < weights.length; i++) {
      int tap = i / (channels * fields);
      int channel = i / fields % channels;
      transposed[(tap * fields + i % fields) * channels + channel] = weights[i];
    }
    return transposed;
  }

  /** From 0 to before the end. */
  private int any(int end) {
    return random.nextInt(end);
  }

  private Extent one(int most) {
    return new Extent(1 + any(most), 1 + any(most));
  }

  private static double product(float[] a, FloatBuffer b) {
    assertEquals(a.length, b.remaining());
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b.get(i);
    }
    return sum;
  }
}
