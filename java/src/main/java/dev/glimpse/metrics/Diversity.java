package dev.glimpse.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * How much images of one label differ: the mean Euclidean distance of their pairs, mean over the
 * labels that have a pair. A generator that knows one image per label has 0; compare with that of
 * real images.
 *
 * <p>At most {@value #MOST} images of a label are kept, and all their pairs taken. Which ones is
 * drawn uniformly (reservoir sampling, Vitter 1985, algorithm R) with a fixed seed: the same images
 * in the same order give the same value.
 */
public final class Diversity {
  private static final int MOST = 200;
  private static final long SEED = 0x5eed;

  private final int pixelsPerImage;
  private final List<List<float[]>> kept;
  private final int[] counts;
  private final Random random = new Random(SEED);

  public Diversity(int pixelsPerImage, int classes) {
    this.pixelsPerImage = pixelsPerImage;
    this.kept =
        IntStream.range(0, classes).<List<float[]>>mapToObj(k -> new ArrayList<>()).toList();
    this.counts = new int[classes];
  }

  /**
   * Adds the first {@code images} images.
   *
   * @param pixels {@code [images, pixelsPerImage]}; may be longer
   * @param labels {@code [images]}, each in 0..classes-1; may be longer
   */
  public Diversity add(float[] pixels, int[] labels, int images) {
    Extent.check("images", pixels.length, images, pixelsPerImage);
    Extent.check("labels", labels.length, images, 1);
    for (int i = 0; i < images; i++) {
      Extent.checkLabel(labels[i], counts.length);
      keep(pixels, i * pixelsPerImage, labels[i]);
    }
    return this;
  }

  private void keep(float[] pixels, int from, int label) {
    List<float[]> reservoir = kept.get(label);
    int place = counts[label]++;
    if (place < MOST) {
      reservoir.add(Arrays.copyOfRange(pixels, from, from + pixelsPerImage));
      return;
    }
    int drawn = random.nextInt(place + 1);
    if (drawn < MOST) {
      System.arraycopy(pixels, from, reservoir.get(drawn), 0, pixelsPerImage);
    }
  }

  /**
   * The diversity, in units of the pixels.
   *
   * @throws MetricException if no label has two images
   */
  public double value() {
    return kept.stream()
        .filter(images -> images.size() > 1)
        .mapToDouble(Diversity::meanDistance)
        .average()
        .orElseThrow(
            () -> new MetricException("diversity takes two images of a label: give more images"));
  }

  private static double meanDistance(List<float[]> images) {
    double sum = 0;
    for (int a = 1; a < images.size(); a++) {
      for (int b = 0; b < a; b++) {
        sum += distance(images.get(a), images.get(b));
      }
    }
    return sum / (images.size() * (images.size() - 1) / 2.0);
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int p = 0; p < a.length; p++) {
      double difference = a[p] - b[p];
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  }
}
