package dev.glimpse.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CompletionTest {
  private static String picture(boolean[] given, int width) {
    var text = new StringBuilder();
    for (int p = 0; p < given.length; p++) {
      text.append(given[p] ? '#' : '.').append(p % width == width - 1 ? "\n" : "");
    }
    return text.toString();
  }

  @Test
  void quadrantsLieWhereTheProtocolPutsThem() {
    assertEquals("....\n....\n##..\n##..\n", picture(Quadrants.given(1, 4, 4), 4));
    assertEquals("##..\n##..\n##..\n##..\n", picture(Quadrants.given(2, 4, 4), 4));
    assertEquals("####\n####\n##..\n##..\n", picture(Quadrants.given(3, 4, 4), 4));
    assertThrows(IllegalArgumentException.class, () -> Quadrants.given(4, 4, 4));
  }

  @Test
  void takesWhatIsMissingFromTheNearest() {
    boolean[] given = {true, false, true, false};
    float[] training = {
      0, 0.1f, 0, 0.2f, //
      1, 0.3f, 1, 0.4f, //
      1, 0.5f, 0, 0.6f
    };
    var completion = new NearestNeighbourCompletion(training, given);
    // What is to be foretold must not matter.
    float[] images = {0.9f, 0, 0.8f, 0, 0.7f, 0.3f, 0.1f, 0.4f, 7, 7, 7, 7};
    assertArrayEquals(new int[] {1, 2}, completion.neighbours(images, 2));
    assertArrayEquals(
        new float[] {0.9f, 0.3f, 0.8f, 0.4f, 0.7f, 0.5f, 0.1f, 0.6f},
        completion.complete(images, 2));
  }

  @Test
  void theFirstOfEqualsIsTaken() {
    var completion =
        new NearestNeighbourCompletion(new float[] {1, 0, 0, 1, 0, 2}, new boolean[] {true, false});
    assertArrayEquals(new int[] {1}, completion.neighbours(new float[] {0.25f, 0}, 1));
  }

  @Test
  void leavingEarlyFindsTheSameNeighbours() {
    int pixels = 100;
    var random = new Random(1);
    float[] training = new float[300 * pixels];
    float[] images = new float[20 * pixels];
    boolean[] given = new boolean[pixels];
    for (int i = 0; i < training.length; i++) {
      training[i] = random.nextInt(2);
    }
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextInt(2);
    }
    for (int p = 0; p < pixels; p++) {
      given[p] = p % 4 != 3;
    }
    int[] expected = new int[20];
    for (int i = 0; i < expected.length; i++) {
      double least = Double.POSITIVE_INFINITY;
      for (int t = 0; t < 300; t++) {
        double distance = 0;
        for (int p = 0; p < pixels; p++) {
          double difference = images[i * pixels + p] - training[t * pixels + p];
          distance += given[p] ? difference * difference : 0;
        }
        if (distance < least) {
          least = distance;
          expected[i] = t;
        }
      }
    }
    var completion = new NearestNeighbourCompletion(training, given);
    assertArrayEquals(expected, completion.neighbours(images, expected.length));
  }

  @Test
  void likelihoodByHand() {
    boolean[] given = {false, true, false};
    float[] predictions = {0.75f, 0, 0.5f, 0, 0, 1};
    float[] images = {1, 1, 0, 1, 0.5f, 0};
    double first = -Math.log(0.75) - Math.log(0.5);
    double second = -2 * Math.log(0.125);
    assertEquals(
        (first + second) / 2,
        ConditionalLikelihood.negativeLog(predictions, images, given, 2, 0.125),
        1e-12);
    assertEquals(
        first, ConditionalLikelihood.negativeLog(predictions, images, given, 1, 0.125), 1e-12);
  }

  @Test
  void refusesWhatCannotBeCompleted() {
    boolean[] nothing = new boolean[3];
    boolean[] first = {true, false, false};
    float[] image = new float[3];
    assertThrows(
        IllegalArgumentException.class, () -> new NearestNeighbourCompletion(image, nothing));
    assertThrows(
        IllegalArgumentException.class, () -> new NearestNeighbourCompletion(new float[4], first));
    var completion = new NearestNeighbourCompletion(image, first);
    assertThrows(IllegalArgumentException.class, () -> completion.complete(image, 2));
    assertThrows(
        IllegalArgumentException.class,
        () -> ConditionalLikelihood.negativeLog(image, image, first, 1, 0));
    assertThrows(
        MetricException.class,
        () -> ConditionalLikelihood.negativeLog(image, image, first, 0, 0.1));
  }
}
