package dev.glimpse.metrics;

import java.util.Arrays;

/** How closely two series follow each other. */
public final class Correlation {
  private Correlation() {}

  /**
   * Pearson's coefficient, in [-1, 1]; NaN where one series never varies.
   *
   * @throws IllegalArgumentException if the lengths differ, or are less than 2
   */
  public static double pearson(double[] a, double[] b) {
    if (a.length != b.length || a.length < 2) {
      throw new IllegalArgumentException(
          "two series of one length, 2 or more, expected, not of %d and %d"
              .formatted(a.length, b.length));
    }
    double meanA = Arrays.stream(a).average().orElseThrow();
    double meanB = Arrays.stream(b).average().orElseThrow();
    double squaresA = 0;
    double squaresB = 0;
    double products = 0;
    for (int i = 0; i < a.length; i++) {
      double fromMeanA = a[i] - meanA;
      double fromMeanB = b[i] - meanB;
      squaresA += fromMeanA * fromMeanA;
      squaresB += fromMeanB * fromMeanB;
      products += fromMeanA * fromMeanB;
    }
    return products / Math.sqrt(squaresA * squaresB);
  }
}
