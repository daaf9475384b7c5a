package dev.glimpse.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SharpnessTest {
  private static final float[] DOT = {
    0, 0, 0, 0, 0, //
    0, 0, 0, 0, 0, //
    0, 0, 1, 0, 0, //
    0, 0, 0, 0, 0, //
    0, 0, 0, 0, 0
  };

  /** The Laplacian of a dot is -4 there and 1 at its four neighbours: mean 0, variance 20 / 9. */
  @Test
  void aDotByHand() {
    assertEquals(20 / 9.0, new Sharpness(5, 5, 1).add(DOT, 1).value(), 1e-12);
  }

  /** The inner values are 0.5 + 1 + 0 - 4 0.25 = 0.5 and 1 + 0.25 + 0 - 4 0 = 1.25. */
  @Test
  void anOblongByHand() {
    float[] image = {
      9, 0.5f, 1, 9, //
      1, 0.25f, 0, 0, //
      9, -0.25f, 0, 9
    };
    double mean = (0.25 + 1.25) / 2;
    double expected = ((0.25 - mean) * (0.25 - mean) + (1.25 - mean) * (1.25 - mean)) / 2;
    assertEquals(expected, new Sharpness(3, 4, 1).add(image, 1).value(), 1e-12);
  }

  @Test
  void flatAndSlopingImagesHaveNone() {
    float[] slope = new float[4 * 6];
    for (int p = 0; p < slope.length; p++) {
      slope[p] = p / 6 * 0.125f + p % 6 * 0.0625f;
    }
    assertEquals(0, new Sharpness(4, 6, 1).add(slope, 1).value(), 1e-12);
  }

  @Test
  void isTheMeanOverImages() {
    float[] images = new float[3 * 25];
    System.arraycopy(DOT, 0, images, 25, 25);
    var sharpness = new Sharpness(5, 5, 1).add(images, 2);
    assertEquals(10 / 9.0, sharpness.value(), 1e-12);
    assertEquals(20 / 27.0, sharpness.add(new float[25], 1).value(), 1e-12);
  }

  @Test
  void coloursAreAveraged() {
    float[] colour = new float[25 * 3];
    colour[12 * 3] = 0.5f;
    colour[12 * 3 + 1] = 1;
    assertEquals(0.25 * 20 / 9, new Sharpness(5, 5, 3).add(colour, 1).value(), 1e-12);
  }

  @Test
  void refusesWhatHasNoLaplacian() {
    assertThrows(IllegalArgumentException.class, () -> new Sharpness(2, 5, 1));
    var sharpness = new Sharpness(3, 3, 1);
    assertThrows(MetricException.class, sharpness::value);
    float[] diverged = new float[9];
    diverged[4] = Float.NaN;
    assertThrows(MetricException.class, () -> sharpness.add(diverged, 1));
    assertThrows(IllegalArgumentException.class, () -> sharpness.add(new float[9], 2));
  }
}
