package dev.glimpse.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.Gradients;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.io.Npz;
import dev.glimpse.nn.Lstm;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With LibTorch's weights, our LSTM has its outputs and its gradients. The file is written by
 * {@code LstmGolden}, which is with the benchmarks' peer.
 */
class LibTorchLstmTest {
  private static final String FILE = "libtorch-lstm.npz";
  private static final float TOLERANCE = 1e-5f;

  @TempDir private Path folder;

  @Test
  void outputsAndGradientsAreLibTorchs() throws IOException {
    Path file = folder.resolve(FILE);
    try (InputStream resource = LibTorchLstmTest.class.getResourceAsStream(FILE)) {
      Files.copy(resource, file);
    }
    var lstm = new Lstm("lstm", 7, 9, 2);
    List<Parameter> parameters = lstm.parameters();
    try (Npz golden = Npz.open(file);
        var store =
            new ParameterStore(
                TestDevices.own(), List.of(new ParameterSet("lstm", parameters)), 0)) {
      PyTorchWeights.read(file, store, store.parameters());
      Tensor x = Tensor.of(new Input("x", Shape.of(5, 3, 7)));
      Tensor dy = Tensor.of(new Input("dy", Shape.of(5, 3, 9)));
      Tensor y = lstm.apply(x);
      Tensor loss = Ops.sum(Ops.multiply(y, dy));
      var wanted = new ArrayList<Tensor>(List.of(x));
      parameters.forEach(parameter -> wanted.add(parameter.tensor()));
      List<Tensor> by = Gradients.ofTensors(loss, wanted);
      var builder = new PlanBuilder(store).output("out", y).output("d.x", by.get(0));
      for (int i = 0; i < parameters.size(); i++) {
        builder.output("d." + parameters.get(i).name(), by.get(i + 1));
      }
      try (Plan plan = builder.build()) {
        plan.set("x", values(golden.readFloats("x")));
        plan.set("dy", values(golden.readFloats("dy")));
        plan.run();
        for (String name : plan.outputs()) {
          float[] there = values(golden.readFloats(name));
          assertClose(name, inOurOrder(name, there), values(plan.read(name)));
        }
      }
    }
  }

  /** PyTorch's weights, and so their gradients, are transposed. */
  private static float[] inOurOrder(String name, float[] there) {
    if (!name.endsWith(".weight")) {
      return there;
    }
    int gates = 4 * 9;
    int in = there.length / gates;
    float[] ours = new float[there.length];
    for (int g = 0; g < gates; g++) {
      for (int i = 0; i < in; i++) {
        ours[i * gates + g] = there[g * in + i];
      }
    }
    return ours;
  }

  private static void assertClose(String name, float[] expected, float[] actual) {
    float largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertArrayEquals(expected, actual, TOLERANCE * largest, name);
  }

  private static float[] values(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }
}
