package dev.glimpse.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.io.Npz;
import dev.glimpse.nn.Activation;
import dev.glimpse.nn.BatchNorm;
import dev.glimpse.nn.Conv2d;
import dev.glimpse.nn.ConvTranspose2d;
import dev.glimpse.nn.Flatten;
import dev.glimpse.nn.Layer;
import dev.glimpse.nn.Linear;
import dev.glimpse.nn.Reshape;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Window;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With weights that LibTorch's layers drew, our layers compute what LibTorch's did. The file is
 * written by {@code LayerGolden}, which is with the benchmarks' peer.
 */
class LibTorchLayersTest {
  private static final double TOLERANCE = 1e-5;
  private static final String FILE = "libtorch-layers.npz";
  private static final int BATCH = 2;
  private static final Shape INPUT = Shape.of(BATCH, 8, 8, 3);
  private static final Shape ENCODED = Shape.of(4, 4, 5);
  private static final Shape FEATURES = Shape.of(7);
  private static final Shape DECODED = Shape.of(4, 4, 6);

  @TempDir private Path folder;

  /** Each under the name of its result in the file. */
  private final Map<String, Layer> layers = layers();

  private ParameterStore store;
  private Npz golden;

  private static Map<String, Layer> layers() {
    Window half = Window.square(3, 2, 1);
    Window twice = Window.square(4, 2, 1);
    var layers = new LinkedHashMap<String, Layer>();
    layers.put("conv", new Conv2d("conv", 3, 5, half));
    layers.put("norm", new BatchNorm("norm", 5));
    layers.put("leaky", Activation.LEAKY_RELU);
    layers.put("flat", new Flatten());
    layers.put("features", linear("features", ENCODED, FEATURES));
    layers.put("images", Sequential.of(linear("images", FEATURES, DECODED), new Reshape(DECODED)));
    layers.put(
        "transposed", new ConvTranspose2d("transposed", 6, 3, twice, true, Initializer.dcgan()));
    return layers;
  }

  private static Layer linear(String name, Shape in, Shape out) {
    return new Linear(name, in, out, Activation.NONE, true, Initializer.uniform(1));
  }

  @BeforeEach
  void open() throws IOException {
    Path file = folder.resolve(FILE);
    try (InputStream resource = LibTorchLayersTest.class.getResourceAsStream(FILE)) {
      Files.copy(resource, file);
    }
    Sequential all = new Sequential(List.copyOf(layers.values()));
    var set = ParameterSet.of("all", all.parameters(), all.statistics());
    golden = Npz.open(file);
    store = new ParameterStore(TestDevices.own(), List.of(set), 0);
    PyTorchWeights.read(file, store, store.parameters());
  }

  @AfterEach
  void close() {
    store.close();
    golden.close();
  }

  @Test
  void everyLayerComputesWhatLibTorchs() {
    Tensor y = Tensor.of(new Input("x", INPUT));
    var builder = new PlanBuilder(store);
    for (Map.Entry<String, Layer> layer : layers.entrySet()) {
      y = layer.getValue().apply(y);
      builder.output(layer.getKey(), y);
    }
    try (Plan plan = builder.build()) {
      plan.set("x", channelsLast(floats(golden, "x"), 3));
      plan.run();
      for (String name : layers.keySet()) {
        assertClose(name, expected(name), values(plan.read(name)));
      }
    }
  }

  /** LibTorch's result of a layer, in our order. */
  private float[] expected(String name) {
    float[] there = floats(golden, "out." + name);
    return switch (name) {
      case "conv", "norm", "leaky", "flat" -> channelsLast(there, 5);
      case "features" -> there;
      case "images" -> channelsLast(there, 6);
      case "transposed" -> channelsLast(there, 3);
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** {@code [N, H, W, C]} from {@code [N, C, H, W]}, also where all but N is one axis. */
  private static float[] channelsLast(float[] images, int channels) {
    int pixels = images.length / BATCH / channels;
    float[] ours = new float[images.length];
    for (int n = 0; n < BATCH; n++) {
      for (int c = 0; c < channels; c++) {
        for (int pixel = 0; pixel < pixels; pixel++) {
          ours[(n * pixels + pixel) * channels + c] = images[(n * channels + c) * pixels + pixel];
        }
      }
    }
    return ours;
  }

  private static void assertClose(String layer, float[] expected, float[] actual) {
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertArrayEquals(expected, actual, (float) (TOLERANCE * largest), layer);
  }

  @Test
  void theWayBackGivesTheSameFloats() {
    Path file = folder.resolve("back.npz");
    PyTorchWeights.write(file, store);
    try (Npz back = Npz.open(file)) {
      assertEquals(12, back.tensors().size());
      for (String name : back.tensors().keySet()) {
        assertEquals(golden.tensor(name).shape(), back.tensor(name).shape(), name);
        assertArrayEquals(floats(golden, name), floats(back, name), name);
      }
    }
  }

  private static float[] floats(Npz file, String name) {
    return values(file.readFloats(name));
  }

  private static float[] values(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }
}
