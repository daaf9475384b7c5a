package dev.glimpse.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.io.CheckpointException;
import dev.glimpse.io.Npz;
import dev.glimpse.io.Safetensors;
import dev.glimpse.nn.Activation;
import dev.glimpse.nn.BatchNorm;
import dev.glimpse.nn.Conv2d;
import dev.glimpse.nn.ConvTranspose2d;
import dev.glimpse.nn.Layer;
import dev.glimpse.nn.Linear;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Window;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PyTorchWeightsTest {
  private static final Window.Extent ONE = new Window.Extent(1, 1);
  private static final Window.Extent NONE = new Window.Extent(0, 0);
  private static final Window WINDOW = new Window(2, 3, ONE, NONE, ONE);

  @TempDir private Path folder;

  /** One of each layer, with sides that are all different. */
  private static List<Layer> layers() {
    return List.of(
        new Linear("linear", 3, 5, Activation.NONE),
        toImages("to"),
        fromImages("from"),
        convolution("conv"),
        new ConvTranspose2d("transposed", 4, 5, WINDOW, true, Initializer.dcgan()),
        new BatchNorm("norm", 6));
  }

  private static Layer toImages(String name) {
    return new Linear(
        name, Shape.of(5), Shape.of(2, 3, 4), Activation.NONE, true, Initializer.uniform(1));
  }

  private static Layer fromImages(String name) {
    return new Linear(
        name, Shape.of(1, 2, 3), Shape.of(2), Activation.NONE, false, Initializer.uniform(1));
  }

  private static Layer convolution(String name) {
    return new Conv2d(name, 2, 3, WINDOW, false, Initializer.dcgan());
  }

  private static ParameterStore store(long seed, List<Layer> layers) {
    List<ParameterSet> sets =
        List.of(
            new ParameterSet(
                "parameters", layers.stream().flatMap(l -> l.parameters().stream()).toList()),
            new ParameterSet(
                "statistics", layers.stream().flatMap(l -> l.statistics().stream()).toList()));
    return new ParameterStore(TestDevices.own(), sets, seed);
  }

  /** Writes values that tell every element from all others. */
  private static void number(ParameterStore store) {
    float next = 0;
    for (Parameter parameter : store.parameters()) {
      float[] values = new float[parameter.shape().size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = next++;
      }
      store.write(parameter, FloatBuffer.wrap(values));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"w.safetensors", "w.npz"})
  void allLayersComeBack(String name) {
    Path file = folder.resolve(name);
    try (ParameterStore written = store(1, layers());
        ParameterStore read = store(2, layers())) {
      number(written);
      PyTorchWeights.write(file, written);
      PyTorchWeights.read(file, read, read.parameters());
      assertEquals(12, read.parameters().size());
      for (int i = 0; i < read.parameters().size(); i++) {
        assertArrayEquals(
            written.read(written.parameters().get(i)).array(),
            read.read(read.parameters().get(i)).array(),
            read.parameters().get(i)::toString);
      }
    }
  }

  @Test
  void shapesAndNamesArePyTorchs() {
    Path file = folder.resolve("w.npz");
    try (ParameterStore store = store(1, layers())) {
      PyTorchWeights.write(file, store);
    }
    try (Npz npz = Npz.open(file)) {
      assertEquals(List.of(5L, 3L), npz.tensor("linear.weight").shape());
      assertEquals(List.of(24L, 5L), npz.tensor("to.weight").shape());
      assertEquals(List.of(2L, 6L), npz.tensor("from.weight").shape());
      assertEquals(List.of(3L, 2L, 2L, 3L), npz.tensor("conv.weight").shape());
      assertEquals(List.of(4L, 5L, 2L, 3L), npz.tensor("transposed.weight").shape());
      assertEquals(List.of(6L), npz.tensor("norm.running_var").shape());
    }
  }

  /** Here {@code [in][out]}, there {@code [out][in]}, and images with their channels first. */
  @Test
  void theOrderIsRightByHand() {
    Path file = folder.resolve("w.safetensors");
    Layer layer = fromImages("from");
    try (ParameterStore store = store(1, List.of(layer))) {
      // Of pixel (0, x) and channel c, to output o: 100 o + 10 c + x.
      float[] here = {0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121};
      store.write(layer.parameters().get(0), FloatBuffer.wrap(here));
      PyTorchWeights.write(file, store);
    }
    float[] there = {0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121};
    assertArrayEquals(there, floats(file, "from.weight"));
  }

  @Test
  void convolutionsHaveTheirChannelsFirst() {
    Path file = folder.resolve("w.safetensors");
    Layer layer = convolution("conv");
    try (ParameterStore store = store(1, List.of(layer))) {
      number(store);
      PyTorchWeights.write(file, store);
    }
    float[] there = floats(file, "conv.weight");
    for (int out = 0; out < 3; out++) {
      for (int in = 0; in < 2; in++) {
        for (int y = 0; y < 2; y++) {
          for (int x = 0; x < 3; x++) {
            assertEquals(((y * 3 + x) * 2 + in) * 3 + out, there[((out * 2 + in) * 2 + y) * 3 + x]);
          }
        }
      }
    }
  }

  private static float[] floats(Path file, String name) {
    try (Safetensors tensors = Safetensors.open(file)) {
      FloatBuffer read = tensors.readFloats(name);
      float[] values = new float[read.remaining()];
      read.get(values);
      return values;
    }
  }

  @Test
  void whatDoesNotFitIsNamedAndChangesNothing() {
    Path file = folder.resolve("w.npz");
    try (ParameterStore store = store(1, layers())) {
      PyTorchWeights.write(file, store);
    }
    List<Layer> others =
        List.of(
            new Linear("linear", 3, 5, Activation.NONE), new Linear("more", 2, 2, Activation.NONE));
    try (ParameterStore store = store(2, others)) {
      float[] before = store.read(store.parameters().get(0)).array();
      var missing =
          assertThrows(
              CheckpointException.class,
              () -> PyTorchWeights.read(file, store, store.parameters()));
      assertTrue(
          missing
              .getMessage()
              .startsWith(file + ": 2 of 4 tensors are missing: more.weight, more.bias; "),
          missing::getMessage);
      assertArrayEquals(before, store.read(store.parameters().get(0)).array());
      // What the model does not have is passed over.
      PyTorchWeights.read(file, store, store.parameters().subList(0, 2));
      assertFalse(Arrays.equals(before, store.read(store.parameters().get(0)).array()));
    }
    try (ParameterStore store = store(2, List.of(new BatchNorm("norm", 7)))) {
      var misshaped =
          assertThrows(
              CheckpointException.class,
              () -> PyTorchWeights.read(file, store, store.parameters()));
      assertTrue(
          misshaped
              .getMessage()
              .contains("4 of 4 tensors have another shape: norm.weight is [6], not [7], "),
          misshaped::getMessage);
    }
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path damaged = Files.write(folder.resolve("w.npz"), new byte[] {1, 2, 3});
    try (ParameterStore store = store(1, layers())) {
      assertThrows(
          CheckpointException.class, () -> PyTorchWeights.read(damaged, store, store.parameters()));
      Path pickle = folder.resolve("w.pt");
      var unknown = assertThrows(SettingException.class, () -> PyTorchWeights.write(pickle, store));
      assertTrue(unknown.getMessage().contains(".safetensors or .npz"), unknown::getMessage);
    }
  }
}
