package dev.glimpse.train;

import dev.glimpse.ops.Tensor;

/** A model with a likelihood that can be estimated by importance sampling. */
public interface LikelihoodModel extends Model {
  /**
   * The logarithms of importance weights p(x, z) / q(z | x), in nats, for codes drawn from q:
   * {@code [N, samples]}. Their mean weight is an unbiased estimate of p(x).
   */
  Tensor logWeights(Example example, int samples);
}
