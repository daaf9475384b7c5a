package dev.glimpse.models;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.constant;
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
import dev.glimpse.train.Trainer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The bounds on log p(x) that variational auto-encoders climb, in nats.
 *
 * @param kl KL(q(z | x) || p(z)) of N examples, {@code [N, 1]}; where it is estimated, of each code
 * @param logRatio log p(z) / q(z | x) of S codes of each, those of an example together, {@code [N
 *     S, 1]}
 * @param logLikelihood log p(x | z) of each code, {@code [N S, 1]}
 * @param samples S
 */
record Elbo(Tensor kl, Tensor logRatio, Tensor logLikelihood, int samples) {
  /**
   * The bound of one code z for each sample.
   *
   * @param posterior q(z | x), over N examples
   * @param prior p(z); null for the standard normal distribution
   * @param codes samples of the posterior, {@code [N S, Z]}
   */
  static Elbo of(
      Gaussian posterior, Gaussian prior, Tensor codes, Tensor logLikelihood, int samples) {
    Tensor kl = prior == null ? posterior.klFromStandard() : posterior.klFrom(prior);
    Gaussian p = prior == null ? standard(codes.shape()) : prior.repeat(samples);
    return new Elbo(kl, logRatio(posterior.repeat(samples), p, codes), logLikelihood, samples);
  }

  /**
   * The bound where only the density of the prior is known, so that the KL term is estimated from
   * the codes too.
   *
   * @param logPrior log p(z) of each code, {@code [N S, 1]}
   */
  static Elbo ofDraws(
      Gaussian posterior, Tensor logPrior, Tensor codes, Tensor logLikelihood, int samples) {
    Tensor ratio = subtract(logPrior, posterior.repeat(samples).logDensity(codes));
    return new Elbo(negate(ratio), ratio, logLikelihood, samples);
  }

  private static Tensor logRatio(Gaussian posterior, Gaussian prior, Tensor codes) {
    return subtract(prior.logDensity(codes), posterior.logDensity(codes));
  }

  /**
   * The bound of a sequence of codes, each with the standard normal prior (Gregor et al. 2015,
   * equations 9 to 12).
   *
   * @param posteriors q(z_t | z_<t, x), over N examples each
   * @param codes a sample of each, {@code [N, Z]}
   */
  static Elbo ofSequence(List<Gaussian> posteriors, List<Tensor> codes, Tensor logLikelihood) {
    Tensor kl = null;
    Tensor ratio = null;
    for (int t = 0; t < codes.size(); t++) {
      Gaussian q = posteriors.get(t);
      Tensor z = codes.get(t);
      Tensor stepRatio = logRatio(q, standard(z.shape()), z);
      kl = t == 0 ? q.klFromStandard() : add(kl, q.klFromStandard());
      ratio = t == 0 ? stepRatio : add(ratio, stepRatio);
    }
    return new Elbo(kl, ratio, logLikelihood, 1);
  }

  /**
   * - E log p(x | z), {@code [N, 1]} with one sample; else {@code [N S, 1]}, with the same mean.
   */
  Tensor reconstruction() {
    return negate(logLikelihood);
  }

  /** The negative bound of Kingma and Welling 2014, equation 10, with the weighted KL term. */
  Tensor loss() {
    return add(mean(reconstruction()), multiply(mean(kl), Tensor.of(Trainer.KL_WEIGHT)));
  }

  /** The bound of each example, with one sample, {@code [N, 1]}. */
  Tensor bounds() {
    return subtract(logLikelihood, kl);
  }

  /** The loss of each example, with one sample: where the KL term weighs 1, the negative bound. */
  Tensor losses() {
    return add(reconstruction(), multiply(kl, Tensor.of(Trainer.KL_WEIGHT)));
  }

  /** log p(x, z) / q(z | x), {@code [N, S]}. */
  Tensor logWeights() {
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
    metrics.put("elbo", bounds());
    metrics.put("kl", kl);
    metrics.put("reconstruction", reconstruction());
    return metrics;
  }

  /** Means over the batch. */
  Map<String, Tensor> means() {
    var metrics = new LinkedHashMap<String, Tensor>();
    metrics.put("kl", mean(kl));
    metrics.put("reconstruction", mean(reconstruction()));
    return metrics;
  }

  private static Gaussian standard(Shape shape) {
    Tensor zero = constant(0, shape);
    return new Gaussian(zero, zero);
  }
}
