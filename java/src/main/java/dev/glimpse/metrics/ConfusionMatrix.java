package dev.glimpse.metrics;

import java.util.Arrays;

/**
 * What a classifier reads, against what it should.
 *
 * @param counts {@code [K, K]}: how many images of the label of the row are read as that of the
 *     column
 */
public record ConfusionMatrix(int[][] counts) {

  /** Takes a copy. */
  public ConfusionMatrix {
    counts = copy(counts);
  }

  /** A copy. */
  @Override
  public int[][] counts() {
    return copy(counts);
  }

  private static int[][] copy(int[][] counts) {
    return Arrays.stream(counts).map(int[]::clone).toArray(int[][]::new);
  }

  /** The number of images. */
  public int images() {
    return Arrays.stream(counts).mapToInt(row -> Arrays.stream(row).sum()).sum();
  }

  /**
   * The share of images read as they should be.
   *
   * @throws MetricException without images
   */
  public double accuracy() {
    return (double) right() / atLeastOne();
  }

  /**
   * The share of images read as they should not be.
   *
   * @throws MetricException without images
   */
  public double error() {
    return (double) (images() - right()) / atLeastOne();
  }

  private int right() {
    int right = 0;
    for (int k = 0; k < counts.length; k++) {
      right += counts[k][k];
    }
    return right;
  }

  private int atLeastOne() {
    int images = images();
    if (images == 0) {
      throw new MetricException("accuracy takes one image or more");
    }
    return images;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ConfusionMatrix that && Arrays.deepEquals(counts, that.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(counts);
  }

  @Override
  public String toString() {
    return "ConfusionMatrix" + Arrays.deepToString(counts);
  }
}
