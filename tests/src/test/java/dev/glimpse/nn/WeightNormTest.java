package dev.glimpse.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.Gradients;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Window;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Held against the same layer with the weight {@code g v / |v|}, and central differences. */
class WeightNormTest {
  private static final int OUT = 3;
  private static final double H = 1e-2;

  private final Random random = new Random(4);

  @Test
  void ofAProduct() {
    var initializer = Initializer.normal(0, 1);
    check(
        new Linear("layer", Shape.of(7), Shape.of(OUT), Activation.NONE, false, initializer),
        Shape.of(5, 7));
  }

  @Test
  void ofAConvolution() {
    var window = Window.square(3, 1, 1);
    check(
        new Conv2d("layer", 2, OUT, window, false, Initializer.normal(0, 1)), Shape.of(2, 4, 5, 2));
  }

  private void check(Layer layer, Shape shape) {
    var normalised = new WeightNorm("norm", layer, 1.5);
    List<Parameter> parameters = normalised.parameters();
    Parameter v = parameters.get(0);
    Parameter g = parameters.get(1);
    Tensor x = Tensor.of(new Input("x", shape));
    Tensor y = normalised.apply(x);
    Tensor weights = Tensor.of(new Input("weights", y.shape()));
    Tensor loss = Ops.sum(Ops.multiply(y, weights));
    List<Tensor> by = Gradients.ofTensors(loss, List.of(v.tensor(), g.tensor()));
    var set = new ParameterSet("layer", parameters);
    try (var store = new ParameterStore(TestDevices.own(), List.of(set), 1);
        Plan plan =
            new PlanBuilder(store)
                .output("y", y)
                .output("plain", layer.apply(x))
                .output("loss", loss)
                .output("by v", by.get(0))
                .output("by g", by.get(1))
                .build()) {
      plan.set("x", normal(shape.size()));
      plan.set("weights", normal(y.shape().size()));
      store.write(g, FloatBuffer.wrap(new float[] {0.5f, 2, -3}));
      store.write(parameters.get(2), FloatBuffer.wrap(new float[] {1, 0, -1}));
      plan.run();
      float[] direction = floats(store.read(v));
      float[] found = floats(plan.read("y"));
      assertSlopes(plan, store, v, floats(plan.read("by v")));
      assertSlopes(plan, store, g, floats(plan.read("by g")));

      // The layer itself, with the weight that the normalisation stands for.
      float[] lengths = {0.5f, 2, -3};
      store.write(v, FloatBuffer.wrap(scaled(direction, lengths)));
      plan.run();
      float[] plain = floats(plan.read("plain"));
      for (int i = 0; i < found.length; i++) {
        assertEquals(plain[i] + 1 - i % OUT, found[i], 1e-4);
      }

      // How long v is says nothing.
      store.write(v, FloatBuffer.wrap(scaled(direction, new float[] {0.1f, 10, 70})));
      plan.run();
      float[] longer = floats(plan.read("y"));
      for (int i = 0; i < found.length; i++) {
        assertEquals(found[i], longer[i], 1e-4);
      }
    }
  }

  /** Each column of a weight, which are its last axis, scaled to a norm. */
  private static float[] scaled(float[] weight, float[] norms) {
    double[] squares = new double[OUT];
    for (int i = 0; i < weight.length; i++) {
      squares[i % OUT] += weight[i] * (double) weight[i];
    }
    float[] scaled = new float[weight.length];
    for (int i = 0; i < weight.length; i++) {
      scaled[i] = (float) (weight[i] * norms[i % OUT] / Math.sqrt(squares[i % OUT]));
    }
    return scaled;
  }

  private static void assertSlopes(
      Plan plan, ParameterStore store, Parameter parameter, float[] gradient) {
    float[] values = floats(store.read(parameter));
    for (int i = 0; i < values.length; i++) {
      double slope =
          (loss(plan, store, parameter, values, i, H) - loss(plan, store, parameter, values, i, -H))
              / (2 * H);
      assertEquals(slope, gradient[i], 2e-2 * Math.max(1, Math.abs(slope)));
    }
    store.write(parameter, FloatBuffer.wrap(values));
  }

  private static double loss(
      Plan plan, ParameterStore store, Parameter parameter, float[] values, int i, double h) {
    float[] moved = values.clone();
    moved[i] += (float) h;
    store.write(parameter, FloatBuffer.wrap(moved));
    plan.run();
    return plan.read("loss").get(0);
  }

  private static float[] floats(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  private float[] normal(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Test
  void aBiasOfTheLayerWouldBeOneTooMany() {
    var biased = new Linear("layer", 2, 3, Activation.NONE);
    var refusal =
        assertThrows(IllegalArgumentException.class, () -> new WeightNorm("norm", biased, 1));
    assertTrue(refusal.getMessage().startsWith("norm normalises a weight"), refusal::toString);
  }
}
