package dev.glimpse.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.data.Digits;
import dev.glimpse.data.IdxReader;
import dev.glimpse.data.ImageSet;
import dev.glimpse.data.RealMnist;
import dev.glimpse.device.TestDevices;
import dev.glimpse.metrics.LabelAccuracy;
import dev.glimpse.metrics.MetricException;
import dev.glimpse.train.DataShape;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FrozenClassifierTest {
  private static final int BATCH = 200;

  private static double accuracy(ImageSet images) {
    var accuracy = new LabelAccuracy(10);
    try (var classifier = new FrozenClassifier(TestDevices.own(), BATCH)) {
      for (int from = 0; from + BATCH <= images.size(); from += BATCH) {
        ImageSet batch = images.subset(from, from + BATCH);
        int[] labels = IntStream.range(0, BATCH).map(batch::label).toArray();
        float[] probabilities = classifier.read(pixels(batch)).probabilities();
        accuracy.add(labels, LabelAccuracy.mostProbable(probabilities, BATCH, 10), BATCH);
      }
    }
    return accuracy.value();
  }

  private static float[] pixels(ImageSet images) {
    FloatBuffer values = FloatBuffer.allocate(images.size() * images.pixelsPerImage());
    IntStream.range(0, images.size()).forEach(i -> images.copyPixels(i, values));
    return values.array();
  }

  @Test
  void readsRealDigits() {
    ImageSet test = IdxReader.readFolder(RealMnist.folder()).test();
    assertEquals(10_000, test.size());
    assertTrue(accuracy(test) >= 0.993);
  }

  @Test
  void readsBuiltInDigits() {
    assertTrue(accuracy(Digits.generate(2 * BATCH, 1)) > 0.96);
  }

  @Test
  void anImageIsReadTheSameInEveryBatch() {
    ImageSet images = Digits.generate(6, 1);
    try (var one = new FrozenClassifier(TestDevices.own(), 1);
        var six = new FrozenClassifier(TestDevices.own(), 6)) {
      FrozenClassifier.Reading all = six.read(pixels(images));
      FrozenClassifier.Reading last = one.read(pixels(images.subset(5, 6)));
      assertEquals(6 * Classifier.FEATURES, all.features().length);
      assertArrayEquals(
          last.features(),
          Arrays.copyOfRange(all.features(), 5 * Classifier.FEATURES, 6 * Classifier.FEATURES),
          1e-4f);
      assertArrayEquals(
          last.probabilities(), Arrays.copyOfRange(all.probabilities(), 50, 60), 1e-5f);
    }
  }

  @Test
  void saysWhatItReads() {
    FrozenClassifier.check(new DataShape(28, 28, 1, 10));
    for (DataShape other :
        new DataShape[] {new DataShape(28, 28, 1, 0), new DataShape(32, 32, 3, 10)}) {
      var refused = assertThrows(MetricException.class, () -> FrozenClassifier.check(other));
      assertEquals(
          "the classifier that judges images reads those of 28 x 28 x 1 and 10 classes, not of "
              + other.described(),
          refused.getMessage());
    }
  }
}
