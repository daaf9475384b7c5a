package dev.glimpse.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Array;
import dev.glimpse.ops.BatchNormalize;
import dev.glimpse.ops.Closeness;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Reference;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Batch normalisation in training and after it, and its running moments. */
class BatchNormTest {
  private static final Shape SHAPE = Shape.of(2, 3, 4);
  private static final int ROWS = 6;
  private static final int CHANNELS = 4;
  private static final double EPSILON = 1e-5f;

  private final BatchNorm layer = new BatchNorm("norm", CHANNELS);
  private final Tensor x = Tensor.of(new Input("x", SHAPE));
  private final ParameterStore store =
      new ParameterStore(
          TestDevices.own(),
          List.of(ParameterSet.of("norm", layer.parameters(), layer.statistics())),
          0);
  private final SplittableRandom random = new SplittableRandom(5);

  @AfterEach
  void close() {
    store.close();
  }

  private float[] draw(int size) {
    float[] drawn = new float[size];
    for (int i = 0; i < size; i++) {
      drawn[i] = (float) random.nextDouble(1, 3);
    }
    return drawn;
  }

  private void assertHolds(int statistic, double[] expected) {
    Parameter parameter = layer.statistics().get(statistic);
    Closeness.SINGLE.check(parameter.name(), expected, doubles(store.read(parameter)));
  }

  private static double[] doubles(FloatBuffer floats) {
    double[] values = new double[floats.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = floats.get(i);
    }
    return values;
  }

  /** The running moments after another batch: a tenth of its mean and unbiased variance. */
  private static void blend(double[][] running, List<Array> batch) {
    for (int c = 0; c < CHANNELS; c++) {
      double unbiased = batch.get(1).values()[c] * ROWS / (ROWS - 1);
      running[0][c] = 0.9 * running[0][c] + 0.1 * batch.get(0).values()[c];
      running[1][c] = 0.9 * running[1][c] + 0.1 * unbiased;
    }
  }

  @Test
  void trainingNormalizesByTheBatchAndMovesTheRunningMoments() {
    var training = new Training();
    Tensor y = training.write(() -> layer.apply(x));
    PlanBuilder builder = new PlanBuilder(store).output("y", y);
    training.updates().forEach(builder::update);
    double[][] running = {new double[CHANNELS], {1, 1, 1, 1}};
    try (Plan plan = builder.build()) {
      for (int step = 0; step < 3; step++) {
        float[] batch = draw(SHAPE.size());
        plan.set("x", batch);
        plan.run();
        Array values = Array.of(SHAPE, batch);
        List<Array> moments = Reference.batchMoments(values, EPSILON);
        double[] normalized = values.values().clone();
        for (int i = 0; i < normalized.length; i++) {
          int c = i % CHANNELS;
          normalized[i] = (normalized[i] - moments.get(0).values()[c]) * moments.get(2).values()[c];
        }
        Closeness.SINGLE.check("y", normalized, doubles(plan.read("y")));
        blend(running, moments);
        assertHolds(0, running[0]);
        assertHolds(1, running[1]);
      }
    }
  }

  @Test
  void aLayerAppliedTwiceMovesThemTwice() {
    Tensor other = Tensor.of(new Input("other", SHAPE));
    var training = new Training();
    Tensor y = training.write(() -> Ops.add(layer.apply(x), layer.apply(other)));
    PlanBuilder builder = new PlanBuilder(store).output("y", y);
    training.updates().forEach(builder::update);
    double[][] running = {new double[CHANNELS], {1, 1, 1, 1}};
    try (Plan plan = builder.build()) {
      for (String input : List.of("x", "other")) {
        float[] batch = draw(SHAPE.size());
        plan.set(input, batch);
        blend(running, Reference.batchMoments(Array.of(SHAPE, batch), EPSILON));
      }
      plan.run();
      assertHolds(0, running[0]);
      assertHolds(1, running[1]);
    }
  }

  @Test
  void inferenceNormalizesByTheRunningMoments() {
    float[] mean = draw(CHANNELS);
    float[] variance = draw(CHANNELS);
    float[] weight = draw(CHANNELS);
    float[] bias = draw(CHANNELS);
    store.write(layer.statistics().get(0), FloatBuffer.wrap(mean));
    store.write(layer.statistics().get(1), FloatBuffer.wrap(variance));
    store.write(layer.parameters().get(0), FloatBuffer.wrap(weight));
    store.write(layer.parameters().get(1), FloatBuffer.wrap(bias));
    try (Plan plan = new PlanBuilder(store).output("y", layer.apply(x)).build()) {
      float[] batch = draw(SHAPE.size());
      plan.set("x", batch);
      plan.run();
      double[] expected = new double[batch.length];
      for (int i = 0; i < batch.length; i++) {
        int c = i % CHANNELS;
        double deviation = Math.sqrt(variance[c] + EPSILON);
        expected[i] = (batch[i] - (double) mean[c]) / deviation * weight[c] + bias[c];
      }
      Closeness.SINGLE.check("y", expected, doubles(plan.read("y")));
      assertHolds(0, doubles(FloatBuffer.wrap(mean)));
    }
  }

  @Test
  void onlyTrainingUpdates() {
    var training = new Training();
    layer.apply(x);
    assertTrue(training.updates().isEmpty());
    training.write(() -> layer.apply(x));
    assertEquals(List.copyOf(training.updates().keySet()), layer.statistics());
    Tensor before = training.latest(layer.statistics().get(0));
    Tensor aside = training.write(() -> Training.aside(() -> layer.apply(x)));
    assertTrue(aside.node().op() instanceof BatchNormalize, "it is as in training");
    assertEquals(before, training.latest(layer.statistics().get(0)));
    assertTrue(Training.current().isEmpty());
  }
}
