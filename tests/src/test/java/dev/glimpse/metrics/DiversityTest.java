package dev.glimpse.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DiversityTest {
  /** Label 0 has distances 5, 5 and 10, label 2 has 1; label 1 has one image and no distance. */
  @Test
  void matchesDistancesByHand() {
    float[] images = {0, 0, 3, 4, 6, 8, 9, 9, 1, 1, 1, 2, 7, 7};
    int[] labels = {0, 0, 0, 1, 2, 2, 0};
    assertEquals((20 / 3.0 + 1) / 2, new Diversity(2, 4).add(images, labels, 6).value(), 1e-12);
  }

  @Test
  void equalImagesHaveNone() {
    float[] images = {0.5f, 0.5f, 0.5f};
    assertEquals(0, new Diversity(1, 1).add(images, new int[3], 3).value());
  }

  /** Two uniform numbers are 1/3 apart on average. */
  @Test
  void samplesOfManyImagesAreFairAndTheSameEveryTime() {
    var random = new Random(1);
    float[] images = new float[20_000];
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat() + (i < 1000 ? 5 : 0);
    }
    double value = new Diversity(1, 1).add(images, new int[images.length], images.length).value();
    // A twentieth of the images is 5 away from the others; the first 200 alone would show none of
    // it.
    double expected = 1 / 3.0 * (1 - 2 * 0.05 * 0.95) + 5 * 2 * 0.05 * 0.95;
    assertEquals(expected, value, 0.25);
    var again = new Diversity(1, 1);
    for (float image : images) {
      again.add(new float[] {image}, new int[] {0}, 1);
    }
    assertEquals(value, again.value());
  }

  @Test
  void refusesWhatHasNoPairs() {
    var diversity = new Diversity(1, 2).add(new float[2], new int[] {0, 1}, 2);
    assertThrows(MetricException.class, diversity::value);
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> diversity.add(new float[1], new int[] {2}, 1));
    assertEquals("label 2 is outside 0..1", error.getMessage());
  }
}
