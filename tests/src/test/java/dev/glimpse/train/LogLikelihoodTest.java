package dev.glimpse.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.data.Digits;
import dev.glimpse.data.ImageSet;
import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class LogLikelihoodTest {
  private static final int COUNT = 37;

  private final ImageSet images = Digits.generate(COUNT, 1).binarised(1);
  private final DataShape shape = DataShape.of(images);

  /**
   * Its log weights are normal, with the image's sum as mean and this deviation s, so that log p(x)
   * is that sum + s^2 / 2.
   */
  private record Known(float deviation) implements LikelihoodModel {
    @Override
    public Tensor logWeights(Example example, int samples) {
      int batch = example.images().shape().rows();
      Tensor noise = Ops.randomNormal(Shape.of(batch, samples));
      return Ops.add(Ops.scale(noise, deviation), Ops.rowSum(example.images()));
    }

    @Override
    public List<ParameterSet> parameters() {
      return List.of();
    }

    @Override
    public boolean conditional() {
      return false;
    }

    @Override
    public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, Tensor> evaluate(Example example) {
      throw new UnsupportedOperationException();
    }
  }

  private LogLikelihood.Estimate estimate(LikelihoodModel model, int samples, long seed) {
    try (var store = new ParameterStore(TestDevices.own(), model.parameters(), 1);
        var likelihood = new LogLikelihood(model, store, shape, samples)) {
      return likelihood.estimate(images, seed, done -> {});
    }
  }

  private double[] sums() {
    double[] sums = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      for (int p = 0; p < shape.pixels(); p++) {
        sums[i] += images.pixel(i, p) / 255;
      }
    }
    return sums;
  }

  @Test
  void findsAKnownLikelihood() {
    double mean = 0;
    for (double sum : sums()) {
      mean += sum / COUNT;
    }
    double variance = 0;
    for (double sum : sums()) {
      variance += (sum - mean) * (sum - mean) / (COUNT - 1);
    }
    // The weights' relative deviation is 1.3: that of the mean over all images is 0.0015.
    LogLikelihood.Estimate estimate = estimate(new Known(1), 20_000, 1);
    assertEquals(mean + 0.5, estimate.value(), 0.006);
    assertEquals(Math.sqrt(variance / COUNT), estimate.standardError(), 0.01);
    assertEquals(COUNT, estimate.images());
    assertEquals(20_000, estimate.samples());
  }

  @Test
  void oneSampleIsTheWeightItself() {
    LogLikelihood.Estimate estimate = estimate(new Known(0), 1, 1);
    LogLikelihood.Estimate many = estimate(new Known(0), 257, 1);
    assertEquals(estimate.value(), many.value(), 1e-9);
  }

  @Test
  void dependsOnItsSeedAlone() {
    double once = estimate(new Known(2), 130, 7).value();
    assertEquals(once, estimate(new Known(2), 130, 7).value());
    assertTrue(once != estimate(new Known(2), 130, 8).value());
  }

  @Test
  void tellsHowFarItIs() {
    var told = new ArrayList<Integer>();
    var model = new Known(1);
    try (var store = new ParameterStore(TestDevices.own(), model.parameters(), 1);
        var likelihood = new LogLikelihood(model, store, shape, 100)) {
      likelihood.estimate(images, 1, told::add);
    }
    boolean cpu = TestDevices.own().info().kind().isCpu(); // where fewer are done at once
    assertEquals(cpu ? List.of(10, 20, 30, 37) : List.of(37), told);
  }

  @Test
  void takesOneSampleOrMore() {
    assertThrows(SettingException.class, () -> estimate(new Known(1), 0, 1));
  }
}
