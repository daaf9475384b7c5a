package dev.glimpse.metrics;

/** The share of images that a classifier reads as the label that they have, or were asked for. */
public final class LabelAccuracy {
  private final int[][] counts;

  public LabelAccuracy(int classes) {
    this.counts = new int[classes][classes];
  }

  /**
   * Adds the first {@code images} images.
   *
   * @param labels {@code [images]}, what they are or were asked to be; may be longer
   * @param read {@code [images]}, what the classifier reads; may be longer
   */
  public LabelAccuracy add(int[] labels, int[] read, int images) {
    Extent.check("labels", labels.length, images, 1);
    Extent.check("labels read", read.length, images, 1);
    for (int i = 0; i < images; i++) {
      Extent.checkLabel(labels[i], counts.length);
      Extent.checkLabel(read[i], counts.length);
      counts[labels[i]][read[i]]++;
    }
    return this;
  }

  /**
   * In [0, 1].
   *
   * @throws MetricException without images
   */
  public double value() {
    return confusion().accuracy();
  }

  public ConfusionMatrix confusion() {
    return new ConfusionMatrix(counts);
  }

  /**
   * What a classifier reads: the most probable label of each image, the first of equals.
   *
   * @param probabilities {@code [images, classes]}, or logits; may be longer
   */
  public static int[] mostProbable(float[] probabilities, int images, int classes) {
    Extent.check("probabilities", probabilities.length, images, classes);
    int[] labels = new int[images];
    for (int i = 0; i < images; i++) {
      int row = i * classes;
      for (int k = 1; k < classes; k++) {
        if (probabilities[row + k] > probabilities[row + labels[i]]) {
          labels[i] = k;
        }
      }
    }
    return labels;
  }
}
