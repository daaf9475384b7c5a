package dev.glimpse.models;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.logSumExp;
import static dev.glimpse.ops.Ops.mean;
import static dev.glimpse.ops.Ops.multiply;
import static dev.glimpse.ops.Ops.negate;
import static dev.glimpse.ops.Ops.reshape;
import static dev.glimpse.ops.Ops.shift;
import static dev.glimpse.ops.Ops.subtract;

import dev.glimpse.nn.Gaussian;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Variable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The bounds on log p(x) that variational auto-encoders climb, in nats.
 *
 * @param posterior q(z | x), over N examples
 * @param prior p(z); null for the standard normal distribution
 * @param codes samples of the posterior, {@code [N S, Z]}, those of an example together
 * @param logLikelihood log p(x | z) of each, {@code [N S, 1]}
 * @param samples S
 */
record Elbo(Gaussian posterior, Gaussian prior, Tensor codes, Tensor logLikelihood, int samples) {
  /** The weight of the KL term, which a warm-up raises from 0 to 1. */
  static final Variable KL_WEIGHT = new Variable("kl.weight", 1);

  /** KL(q(z | x) || p(z)), {@code [N, 1]}. */
  Tensor kl() {
    return prior == null ? posterior.klFromStandard() : posterior.klFrom(prior);
  }

  /**
   * - E log p(x | z), {@code [N, 1]} with one sample; else {@code [N S, 1]}, with the same mean.
   */
  Tensor reconstruction() {
    return negate(logLikelihood);
  }

  /** The negative bound of Kingma and Welling 2014, equation 10, with the weighted KL term. */
  Tensor loss() {
    return add(mean(reconstruction()), multiply(mean(kl()), Tensor.of(KL_WEIGHT)));
  }

  /** log p(x, z) / q(z | x), {@code [N, S]}. */
  Tensor logWeights() {
    Gaussian q = posterior.repeat(samples);
    Tensor logPrior =
        prior == null
            ? standard(codes.shape()).logDensity(codes)
            : prior.repeat(samples).logDensity(codes);
    Tensor logRatio = subtract(logPrior, q.logDensity(codes));
    Tensor weights = add(logLikelihood, logRatio);
    return reshape(weights, Shape.of(weights.shape().rows() / samples, samples));
  }

  /** The negative bound of Burda et al. 2016, equation 8: - log of the mean of S weights. */
  Tensor importanceWeightedLoss() {
    return negate(shift(mean(logSumExp(logWeights())), (float) -Math.log(samples)));
  }

  /** Per example, for an evaluation with one sample. */
  Map<String, Tensor> perExample() {
    var metrics = new LinkedHashMap<String, Tensor>();
    metrics.put("elbo", subtract(logLikelihood, kl()));
    metrics.put("kl", kl());
    metrics.put("reconstruction", reconstruction());
    return metrics;
  }

  /** Means over the batch. */
  Map<String, Tensor> means() {
    var metrics = new LinkedHashMap<String, Tensor>();
    metrics.put("kl", mean(kl()));
    metrics.put("reconstruction", mean(reconstruction()));
    return metrics;
  }

  private static Gaussian standard(Shape shape) {
    Tensor zero = dev.glimpse.ops.Ops.constant(0, shape);
    return new Gaussian(zero, zero);
  }
}
