package dev.glimpse.models;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.Gradients;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class M2Test {
  private static final int EXAMPLES = 5;
  private static final int CLASSES = 3;

  private final Random random = new Random(3);

  /** U(x) and its gradients, against equation 7 in float64 and central differences. */
  @Test
  void theUnlabelledBoundIsTheMeanOverLabelsLessTheEntropy() {
    Tensor losses = Tensor.of(new Input("losses", Shape.of(EXAMPLES * CLASSES, 1)));
    Tensor logits = Tensor.of(new Input("logits", Shape.of(EXAMPLES, CLASSES)));
    Tensor bound = M2.unlabelled(losses, logits);
    List<Tensor> by = Gradients.ofTensors(Ops.sum(bound), List.of(losses, logits));
    double[] l = values(EXAMPLES * CLASSES, 20);
    double[] q = values(EXAMPLES * CLASSES, 3);
    try (var store = new ParameterStore(TestDevices.own(), List.of(), 0);
        Plan plan =
            new PlanBuilder(store)
                .output("bound", bound)
                .output("by losses", by.get(0))
                .output("by logits", by.get(1))
                .build()) {
      plan.set("losses", floats(l));
      plan.set("logits", floats(q));
      plan.run();
      FloatBuffer found = plan.read("bound");
      for (int e = 0; e < EXAMPLES; e++) {
        assertEquals(reference(l, q, e), found.get(e), 1e-4);
      }
      for (int i = 0; i < l.length; i++) {
        assertEquals(slope(l, q, l, i), plan.read("by losses").get(i), 1e-4);
        assertEquals(slope(l, q, q, i), plan.read("by logits").get(i), 1e-4);
      }
    }
  }

  private double[] values(int count, double scale) {
    return random.doubles(count).map(v -> (float) (scale * (v - 0.5))).toArray();
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static double reference(double[] losses, double[] logits, int example) {
    double total = 0;
    for (int k = 0; k < CLASSES; k++) {
      total += Math.exp(logits[example * CLASSES + k]);
    }
    double bound = 0;
    for (int k = 0; k < CLASSES; k++) {
      double p = Math.exp(logits[example * CLASSES + k]) / total;
      bound += p * (losses[example * CLASSES + k] + Math.log(p));
    }
    return bound;
  }

  /** The derivative of the sum of all bounds by one of the values. */
  private static double slope(double[] losses, double[] logits, double[] values, int i) {
    double h = 1e-5;
    int example = i / CLASSES;
    double before = values[i];
    values[i] = before + h;
    double above = reference(losses, logits, example);
    values[i] = before - h;
    double below = reference(losses, logits, example);
    values[i] = before;
    return (above - below) / (2 * h);
  }
}
