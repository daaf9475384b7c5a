package dev.glimpse.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SampleQualityTest {
  private static final int COUNT = 40;
  private static final int PIXELS = 3 * 4 * 2;
  private static final int FEATURES = 5;
  private static final int CLASSES = 3;

  private final float[] images = new float[COUNT * PIXELS];
  private final float[] features = new float[COUNT * FEATURES];
  private final float[] probabilities = new float[COUNT * CLASSES];
  private final int[] labels = new int[COUNT];
  private final FeatureMoments real;

  SampleQualityTest() {
    var random = new Random(1);
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat();
    }
    for (int i = 0; i < features.length; i++) {
      features[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < COUNT; i++) {
      Arrays.fill(probabilities, i * CLASSES, (i + 1) * CLASSES, 0.25f);
      probabilities[i * CLASSES + i % CLASSES] = 0.5f;
      labels[i] = i % 4 == 0 ? (i + 1) % CLASSES : i % CLASSES;
    }
    real = new FeatureMoments(FEATURES).add(features, COUNT);
  }

  private SampleQualityBuilder builder() {
    return new SampleQualityBuilder(real, 3, 4, 2, CLASSES);
  }

  @Test
  void isWhatItsMeasuresSay() {
    SampleQuality quality = builder().add(images, features, probabilities, labels, COUNT).build();
    int[] read = LabelAccuracy.mostProbable(probabilities, COUNT, CLASSES);
    assertEquals(COUNT, quality.images());
    assertEquals(0, quality.fid(), 1e-9);
    assertEquals(
        new ClassifierScore(CLASSES).add(probabilities, COUNT).value(), quality.classifierScore());
    assertEquals(OptionalDouble.of(0.75), quality.labelAccuracy());
    assertEquals(new Sharpness(3, 4, 2).add(images, COUNT).value(), quality.sharpness());
    assertEquals(
        new Diversity(PIXELS, CLASSES).add(images, read, COUNT).value(), quality.diversity());
  }

  /** The last batch of an evaluation is longer than its count, and its arrays are used again. */
  @Test
  void batchesMakeNoDifference() {
    var builder = builder();
    int batch = 16;
    float[] someImages = new float[batch * PIXELS];
    float[] someFeatures = new float[batch * FEATURES];
    float[] someProbabilities = new float[batch * CLASSES];
    int[] someLabels = new int[batch];
    for (int from = 0; from < COUNT; from += batch) {
      int count = Math.min(batch, COUNT - from);
      System.arraycopy(images, from * PIXELS, someImages, 0, count * PIXELS);
      System.arraycopy(features, from * FEATURES, someFeatures, 0, count * FEATURES);
      System.arraycopy(probabilities, from * CLASSES, someProbabilities, 0, count * CLASSES);
      System.arraycopy(labels, from, someLabels, 0, count);
      builder.add(someImages, someFeatures, someProbabilities, someLabels, count);
    }
    assertEquals(
        builder().add(images, features, probabilities, labels, COUNT).build(), builder.build());
  }

  @Test
  void withoutLabelsThereIsNoAccuracy() {
    SampleQuality quality = builder().add(images, features, probabilities, COUNT).build();
    assertTrue(quality.labelAccuracy().isEmpty());
  }

  @Test
  void refusesBatchesOfBothKindsAndTooFewImages() {
    var labelled = builder().add(images, features, probabilities, labels, 1);
    assertThrows(
        IllegalArgumentException.class, () -> labelled.add(images, features, probabilities, 1));
    assertThrows(MetricException.class, labelled::build);
    var unlabelled = builder().add(images, features, probabilities, 1);
    assertThrows(
        IllegalArgumentException.class,
        () -> unlabelled.add(images, features, probabilities, labels, 1));
  }
}
