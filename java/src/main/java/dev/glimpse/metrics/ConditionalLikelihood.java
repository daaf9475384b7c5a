package dev.glimpse.metrics;

/** How well the missing part of an image is foretold. */
public final class ConditionalLikelihood {
  private ConditionalLikelihood() {}

  /**
   * The negative conditional log-likelihood of the missing pixels, summed over them, mean over
   * images, in nats: each pixel a Bernoulli variable of the predicted probability (Sohn et al.
   * 2015, section 5.1). For a prediction without latent variables.
   *
   * <p>Predictions are clamped to {@code [clamp, 1 - clamp]}, since a pixel that is foretold with
   * certainty and wrong would make the whole infinite. A network's sigmoid needs little (1e-6); the
   * pixels of a neighbour are no probabilities, and {@code clamp} is the rate of error that they
   * are taken to have: choose it on validation images, as {@link NearestNeighbourCompletion#CLAMP}
   * was.
   *
   * @param predictions {@code [count, pixels]}; may be longer
   * @param images {@code [count, pixels]}, in [0, 1]; may be longer. With grey images the result is
   *     a cross-entropy, not a likelihood.
   * @param given {@code [pixels]}, true where a pixel is given and not scored
   * @param clamp above 0, below 0.5
   */
  public static double negativeLog(
      float[] predictions, float[] images, boolean[] given, int count, double clamp) {
    Extent.check("predictions", predictions.length, count, given.length);
    Extent.check("images", images.length, count, given.length);
    if (!(clamp > 0 && clamp < 0.5)) {
      throw new IllegalArgumentException("clamp must be above 0 and below 0.5, not " + clamp);
    }
    if (count == 0) {
      throw new MetricException("a likelihood takes one image or more");
    }
    double sum = 0;
    for (int i = 0; i < count; i++) {
      for (int p = 0; p < given.length; p++) {
        if (!given[p]) {
          int at = i * given.length + p;
          double probability = Math.min(1 - clamp, Math.max(clamp, predictions[at]));
          sum -= images[at] * Math.log(probability) + (1 - images[at]) * Math.log1p(-probability);
        }
      }
    }
    return sum / count;
  }
}
