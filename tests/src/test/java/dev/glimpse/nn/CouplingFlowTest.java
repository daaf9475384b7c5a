package dev.glimpse.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CouplingFlowTest {
  /** Of a grid over the plane; beyond it is next to nothing of the density. */
  private static final int ACROSS = 200;

  private static final float EDGE = 10;
  private static final float CELL = 2 * EDGE / ACROSS;

  private final CouplingFlow flow = new CouplingFlow("flow", 2, 2, 3, 5);

  @Test
  void isStandardNormalBeforeAnyTraining() {
    float[] values = {0.5f, -1, 2, 0};
    float[] labels = {1, 0, 0, 1};
    float[] density = density(values, labels, false);
    for (int i = 0; i < 2; i++) {
      double squares = Math.pow(values[2 * i], 2) + Math.pow(values[2 * i + 1], 2);
      assertEquals(-Math.log(2 * Math.PI) - squares / 2, density[i], 1e-5);
    }
    assertEquals(List.of(0.5f, -1f, 2f, 0f), list(sample(values, labels, false)));
  }

  @Test
  void theDensityOfEachLabelIntegratesToOne() {
    float[] means = new float[2];
    for (int label = 0; label < 2; label++) {
      float[] grid = new float[2 * ACROSS * ACROSS];
      for (int i = 0; i < ACROSS * ACROSS; i++) {
        grid[2 * i] = (i / ACROSS + 0.5f) * CELL - EDGE;
        grid[2 * i + 1] = (i % ACROSS + 0.5f) * CELL - EDGE;
      }
      float[] density = density(grid, labels(label, ACROSS * ACROSS), true);
      double sum = 0;
      for (int i = 0; i < density.length; i++) {
        double share = Math.exp(density[i]) * CELL * CELL;
        sum += share;
        means[label] += (float) (share * grid[2 * i]);
      }
      assertEquals(1, sum, 1e-3);
    }
    assertTrue(Math.abs(means[0] - means[1]) > 0.01, "labels make no difference");
  }

  /** By the change of variables, with the derivatives of the draws as differences. */
  @Test
  void drawsHaveTheDensity() {
    float step = 1e-2f;
    float[] points = {0.3f, -0.7f, -1.2f, 0.4f, 0.8f, 1.5f, -0.2f, -1.6f};
    for (int i = 0; i < points.length; i += 2) {
      float x = points[i];
      float y = points[i + 1];
      float[] around = {x, y, x + step, y, x - step, y, x, y + step, x, y - step};
      float[] drawn = sample(around, labels(i / 2 % 2, 5), true);
      double[] derivative = new double[4];
      for (int k = 0; k < 2; k++) {
        derivative[k] = (drawn[2 + k] - drawn[4 + k]) / (2 * step);
        derivative[2 + k] = (drawn[6 + k] - drawn[8 + k]) / (2 * step);
      }
      double determinant = derivative[0] * derivative[3] - derivative[1] * derivative[2];
      double noise = -Math.log(2 * Math.PI) - (x * x + y * y) / 2;
      float[] density = density(new float[] {drawn[0], drawn[1]}, labels(i / 2 % 2, 1), true);
      assertEquals(noise - Math.log(Math.abs(determinant)), density[0], 1e-2);
    }
  }

  @Test
  void noiseIsFoundAgain() {
    float[] noise = {0.3f, -0.7f, -1.2f, 0.4f};
    float[] labels = {1, 0, 0, 1};
    float[] drawn = sample(noise, labels, true);
    float[] found =
        run(flow, flow.noiseOf(input("x", drawn), input("y", labels)), drawn, labels, true);
    assertArrayEquals(noise, found, 1e-4f);
  }

  @Test
  void anOddNumberIsHalvedToo() {
    var odd = new CouplingFlow("odd", 3, 0, 2, 4);
    Tensor noise = Tensor.of(new Input("x", Shape.of(1, 3)));
    float[] values = {0.5f, -1, 2};
    float[] drawn = run(odd, odd.sample(noise, null), values, null, true);
    Tensor density = odd.logDensity(noise, null);
    assertEquals(1, run(odd, density, drawn, null, true).length);
    assertFalse(list(drawn).equals(list(values)));
  }

  private float[] density(float[] values, float[] labels, boolean trained) {
    return run(
        flow, flow.logDensity(input("x", values), input("y", labels)), values, labels, trained);
  }

  private float[] sample(float[] noise, float[] labels, boolean trained) {
    return run(flow, flow.sample(input("x", noise), input("y", labels)), noise, labels, trained);
  }

  private static Tensor input(String name, float[] values) {
    return Tensor.of(new Input(name, Shape.of(values.length / 2, 2)));
  }

  private static float[] labels(int label, int rows) {
    float[] labels = new float[2 * rows];
    for (int i = 0; i < rows; i++) {
      labels[2 * i + label] = 1;
    }
    return labels;
  }

  /** With parameters as a training might leave them, or as they are at its start. */
  private static float[] run(
      CouplingFlow flow, Tensor result, float[] x, float[] y, boolean trained) {
    var set = new ParameterSet("flow", flow.parameters());
    try (var store = new ParameterStore(TestDevices.own(), List.of(set), 1);
        Plan plan = new PlanBuilder(store).output("result", result).build()) {
      var random = new Random(7);
      for (Parameter parameter : flow.parameters()) {
        float[] values = new float[parameter.shape().size()];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (0.4 * random.nextGaussian());
        }
        if (trained) {
          store.write(parameter, FloatBuffer.wrap(values));
        }
      }
      plan.set("x", x);
      if (y != null) {
        plan.set("y", y);
      }
      plan.run();
      FloatBuffer read = plan.read("result");
      float[] values = new float[read.remaining()];
      read.get(values);
      return values;
    }
  }

  private static List<Float> list(float[] values) {
    var list = new ArrayList<Float>();
    for (float value : values) {
      list.add(value);
    }
    return list;
  }
}
