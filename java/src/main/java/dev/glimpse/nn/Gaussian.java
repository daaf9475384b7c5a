package dev.glimpse.nn;

import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Tensor;

/**
 * A normal distribution with diagonal covariance, one per row.
 *
 * @param mean {@code [N, Z]}
 * @param logVariance {@code [N, Z]}
 */
public record Gaussian(Tensor mean, Tensor logVariance) {
  /** A draw per row, through which gradients flow (Kingma and Welling 2014, section 2.4). */
  public Tensor sample() {
    return at(Ops.randomNormal(mean.shape()));
  }

  /** What standard normal noise becomes, {@code [N, Z]}. */
  public Tensor at(Tensor noise) {
    return Ops.reparameterise(mean, logVariance, noise);
  }

  /** The noise that becomes a value, {@code [N, Z]}. */
  public Tensor noiseOf(Tensor value) {
    return Ops.multiply(Ops.subtract(value, mean), Ops.exp(Ops.scale(logVariance, -0.5f)));
  }

  /** The divergence from the standard normal distribution, {@code [N, 1]}, in nats. */
  public Tensor klFromStandard() {
    return Ops.rowSum(Ops.gaussianKl(mean, logVariance));
  }

  /** The divergence from another distribution, {@code [N, 1]}, in nats. */
  public Tensor klFrom(Gaussian prior) {
    Tensor logRatio = Ops.subtract(logVariance, prior.logVariance);
    Tensor distance =
        Ops.multiply(
            Ops.square(Ops.subtract(mean, prior.mean)), Ops.exp(Ops.negate(prior.logVariance)));
    Tensor terms = Ops.subtract(Ops.add(Ops.exp(logRatio), distance), logRatio);
    return Ops.rowSum(Ops.scale(Ops.shift(terms, -1), 0.5f));
  }

  /** The log density of a value per row, {@code [N, 1]}, in nats. */
  public Tensor logDensity(Tensor value) {
    Tensor distance =
        Ops.multiply(Ops.square(Ops.subtract(value, mean)), Ops.exp(Ops.negate(logVariance)));
    Tensor terms = Ops.shift(Ops.add(distance, logVariance), (float) Math.log(2 * Math.PI));
    return Ops.rowSum(Ops.scale(terms, -0.5f));
  }

  /** Each row {@code times} over, for several samples per example. */
  public Gaussian repeat(int times) {
    return new Gaussian(Ops.repeat(mean, times), Ops.repeat(logVariance, times));
  }
}
