package dev.glimpse.metrics;

/**
 * The score of Salimans et al. 2016 (section 4), with any classifier in place of Inception:
 *
 * <pre>exp(E KL(p(y | x) || p(y)))</pre>
 *
 * <p>From 1 (the classifier says the same of all images) to K (it is certain of every one, and
 * reads each of the K labels equally often); higher is better. Over all images at once, without the
 * paper's ten parts.
 */
public final class ClassifierScore {
  private static final double SUM_TOLERANCE = 1e-3;

  private final int classes;
  private final double[] sums;
  private double negativeEntropy;
  private int count;

  /**
   * @param classes K
   */
  public ClassifierScore(int classes) {
    this.classes = classes;
    this.sums = new double[classes];
  }

  /**
   * Adds the first {@code images} rows.
   *
   * @param probabilities {@code [images, K]}, each row p(y | x) of an image; may be longer
   * @throws MetricException if a row is no distribution
   */
  public ClassifierScore add(float[] probabilities, int images) {
    Extent.check("probabilities", probabilities.length, images, classes);
    for (int i = 0; i < images; i++) {
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        double p = probabilities[i * classes + k];
        sum += p;
        sums[k] += p;
        negativeEntropy += timesLog(p);
      }
      if (!(Math.abs(sum - 1) < SUM_TOLERANCE)) {
        throw new MetricException(
            "the probabilities of image %d add up to %s, not 1: look at the image"
                .formatted(count, sum));
      }
      count++;
    }
    return this;
  }

  /**
   * The score.
   *
   * @throws MetricException without images
   */
  public double value() {
    if (count == 0) {
      throw new MetricException("the classifier's score takes one image or more");
    }
    double divergence = negativeEntropy / count;
    for (double sum : sums) {
      divergence -= timesLog(sum / count);
    }
    return Math.exp(divergence);
  }

  private static double timesLog(double p) {
    return p == 0 ? 0 : p * Math.log(p);
  }
}
