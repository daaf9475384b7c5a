package dev.glimpse.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ClassifierScoreTest {
  @Test
  void oneWhereAllImagesReadTheSame() {
    float[] unsure = {0.25f, 0.75f, 0.25f, 0.75f, 0.25f, 0.75f};
    assertEquals(1, new ClassifierScore(2).add(unsure, 3).value(), 1e-12);
    float[] certain = {0, 1, 0, 0, 1, 0};
    assertEquals(1, new ClassifierScore(3).add(certain, 2).value(), 1e-12);
  }

  @Test
  void theNumberOfClassesWhereAllAreCertainAndEquallyFrequent() {
    var score = new ClassifierScore(5);
    for (int k = 0; k < 5; k++) {
      float[] certain = new float[5];
      certain[k] = 1;
      score.add(certain, 1);
    }
    assertEquals(5, score.value(), 1e-12);
  }

  /** p(y) = (1/2, 1/2), and both images are as far from it. */
  @Test
  void matchesDivergenceByHand() {
    float[] probabilities = {0.25f, 0.75f, 0.75f, 0.25f, 9, 9};
    double divergence = 0.25 * Math.log(0.5) + 0.75 * Math.log(1.5);
    assertEquals(Math.exp(divergence), new ClassifierScore(2).add(probabilities, 2).value(), 1e-12);
  }

  @Test
  void refusesWhatIsNoDistribution() {
    var score = new ClassifierScore(2);
    assertThrows(MetricException.class, score::value);
    assertThrows(MetricException.class, () -> score.add(new float[] {0.5f, 0.6f}, 1));
    assertThrows(MetricException.class, () -> score.add(new float[] {Float.NaN, 0.6f}, 1));
    assertThrows(IllegalArgumentException.class, () -> score.add(new float[3], 2));
  }
}
