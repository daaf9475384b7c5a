package dev.glimpse.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class FeatureMomentsTest {
  @Test
  void matchesMomentsByHand() {
    var moments = new FeatureMoments(2).add(new float[] {1, 2, 3, 6, 5, 1}, 3);
    assertEquals(3, moments.count());
    assertArrayEquals(new double[] {3, 3}, moments.mean(), 1e-15);
    assertArrayEquals(new double[] {4, -1, -1, 7}, moments.covariance(), 1e-14);
  }

  @Test
  void batchesMakeNoDifference() {
    float[] vectors = {1, 2, 3, 6, 5, 1, 0, 4};
    var whole = new FeatureMoments(2).add(vectors, 4);
    var parts =
        new FeatureMoments(2)
            .add(new float[] {1, 2, 3, 6, 99, 99}, 2)
            .add(new float[] {}, 0)
            .add(new float[] {5, 1, 0, 4}, 2);
    assertArrayEquals(whole.mean(), parts.mean());
    assertArrayEquals(whole.covariance(), parts.covariance());
  }

  @Test
  void aLargeMeanCostsNoDigits() {
    float[] far = new float[1000];
    for (int i = 0; i < far.length; i++) {
      far[i] = (1 << 20) + (i % 2 == 0 ? 0.125f : -0.125f);
    }
    double variance = new FeatureMoments(1).add(far, far.length).covariance()[0];
    assertEquals(0.125 * 0.125 * 1000 / 999, variance, 1e-9);
  }

  @Test
  void refusesWhatHasNoMoments() {
    var one = new FeatureMoments(1).add(new float[] {1}, 1);
    assertThrows(MetricException.class, one::covariance);
    var error = assertThrows(MetricException.class, () -> one.add(new float[] {2, Float.NaN}, 2));
    assertEquals(
        "feature 0 of image 2 is NaN: look at the images, the model may have diverged",
        error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> one.add(new float[] {1, 2}, 3));
    assertThrows(IllegalArgumentException.class, () -> new FeatureMoments(0));
  }
}
