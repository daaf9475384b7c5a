package dev.glimpse.nn;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Closeness;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerNormTest {
  @Test
  void eachRowIsNormalized() {
    var layer = new LayerNorm("norm", 3);
    Tensor x = Tensor.of(new Input("x", Shape.of(2, 1, 3)));
    float[] values = {1, 2, 6, -3, 5, 4};
    double[] weight = {2, 1, -1};
    double[] bias = {0.5, 0, 1};
    var set = new ParameterSet("norm", layer.parameters());
    try (var store = new ParameterStore(TestDevices.own(), List.of(set), 0);
        Plan plan = new PlanBuilder(store).output("y", layer.apply(x)).build()) {
      store.write(layer.parameters().get(0), FloatBuffer.wrap(new float[] {2, 1, -1}));
      store.write(layer.parameters().get(1), FloatBuffer.wrap(new float[] {0.5f, 0, 1}));
      plan.set("x", values);
      plan.run();
      FloatBuffer y = plan.read("y");
      double[] actual = new double[values.length];
      double[] expected = new double[values.length];
      for (int i = 0; i < values.length; i++) {
        int row = i / 3;
        double mean = (values[3 * row] + values[3 * row + 1] + values[3 * row + 2]) / 3.0;
        double variance =
            Arrays.stream(new int[] {0, 1, 2})
                .mapToDouble(c -> Math.pow(values[3 * row + c] - mean, 2) / 3)
                .sum();
        actual[i] = y.get(i);
        expected[i] =
            (values[i] - mean) / Math.sqrt(variance + 1e-5f) * weight[i % 3] + bias[i % 3];
      }
      Closeness.SINGLE.check("y", expected, actual);
    }
  }
}
