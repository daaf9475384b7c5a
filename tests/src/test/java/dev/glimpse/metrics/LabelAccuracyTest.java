package dev.glimpse.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class LabelAccuracyTest {
  @Test
  void countsWhatIsReadAsWhat() {
    var accuracy =
        new LabelAccuracy(3)
            .add(new int[] {0, 1, 2, 2}, new int[] {0, 2, 2, 2}, 4)
            .add(new int[] {1, 0}, new int[] {1, 0}, 1);
    assertEquals(4 / 5.0, accuracy.value(), 1e-15);
    ConfusionMatrix confusion = accuracy.confusion();
    assertEquals(new ConfusionMatrix(new int[][] {{1, 0, 0}, {0, 1, 1}, {0, 0, 2}}), confusion);
    assertEquals(5, confusion.images());
    assertEquals(1 / 5.0, confusion.error(), 1e-15);
    confusion.counts()[0][0] = 99;
    accuracy.add(new int[] {0}, new int[] {1}, 1);
    assertEquals(4 / 5.0, confusion.accuracy(), 1e-15);
  }

  @Test
  void readsTheMostProbableLabel() {
    float[] probabilities = {0.2f, 0.5f, 0.3f, 0.4f, 0.2f, 0.4f, 0, 0, 1};
    assertArrayEquals(new int[] {1, 0, 2}, LabelAccuracy.mostProbable(probabilities, 3, 3));
    assertArrayEquals(new int[] {1}, LabelAccuracy.mostProbable(probabilities, 1, 3));
  }

  @Test
  void refusesLabelsThatThereAreNot() {
    var accuracy = new LabelAccuracy(2);
    assertThrows(MetricException.class, accuracy::value);
    int[] two = {2};
    int[] one = {1};
    assertThrows(IllegalArgumentException.class, () -> accuracy.add(two, one, 1));
    assertThrows(IllegalArgumentException.class, () -> accuracy.add(one, two, 1));
    assertThrows(IllegalArgumentException.class, () -> accuracy.add(one, one, 2));
  }
}
