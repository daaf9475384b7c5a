package dev.glimpse.metrics;

/**
 * Mean and covariance of feature vectors {@code [N, D]}, one pass over any number of them.
 *
 * <p>Each vector moves the mean and adds its rank-one part to the scatter (Welford 1962; Chan,
 * Golub and LeVeque 1983), so that nothing cancels where the mean is large against the spread. In
 * double precision, D^2 multiplications a vector.
 */
public final class FeatureMoments {
  private final int dimensions;
  private final double[] mean;

  /** The sum of (x - mean)(x - mean)^T; the lower triangle alone is kept. */
  private final double[] scatter;

  private final double[] difference;
  private int count;

  /**
   * @param dimensions D, the length of a vector
   */
  public FeatureMoments(int dimensions) {
    if (dimensions < 1) {
      throw new IllegalArgumentException("1 dimension or more expected, not " + dimensions);
    }
    this.dimensions = dimensions;
    this.mean = new double[dimensions];
    this.scatter = new double[dimensions * dimensions];
    this.difference = new double[dimensions];
  }

  /**
   * Adds the first {@code vectors} rows.
   *
   * @param features {@code [vectors, D]}; may be longer
   * @throws MetricException if a feature is infinite or no number
   */
  public FeatureMoments add(float[] features, int vectors) {
    Extent.check("features", features.length, vectors, dimensions);
    for (int v = 0; v < vectors; v++) {
      addVector(features, v * dimensions);
    }
    return this;
  }

  private void addVector(float[] features, int from) {
    for (int i = 0; i < dimensions; i++) {
      float value = features[from + i];
      if (!Float.isFinite(value)) {
        throw new MetricException(
            "feature %d of image %d is %s: look at the images, the model may have diverged"
                .formatted(i, count, value));
      }
      difference[i] = value - mean[i];
    }
    count++;
    double share = 1.0 / count;
    for (int i = 0; i < dimensions; i++) {
      mean[i] += share * difference[i];
      double scaled = (1 - share) * difference[i];
      for (int j = 0; j <= i; j++) {
        scatter[i * dimensions + j] += scaled * difference[j];
      }
    }
  }

  /** D. */
  public int dimensions() {
    return dimensions;
  }

  /** N, the vectors so far. */
  public int count() {
    return count;
  }

  /** {@code [D]}, a copy. */
  public double[] mean() {
    return mean.clone();
  }

  /**
   * {@code [D, D]}, row by row, a copy; unbiased, that is with N - 1 as the divisor.
   *
   * @throws MetricException with fewer than two vectors
   */
  public double[] covariance() {
    if (count < 2) {
      throw new MetricException("a covariance takes two images or more, not " + count);
    }
    double[] covariance = new double[dimensions * dimensions];
    for (int i = 0; i < dimensions; i++) {
      for (int j = 0; j <= i; j++) {
        double value = scatter[i * dimensions + j] / (count - 1);
        covariance[i * dimensions + j] = value;
        covariance[j * dimensions + i] = value;
      }
    }
    return covariance;
  }
}
