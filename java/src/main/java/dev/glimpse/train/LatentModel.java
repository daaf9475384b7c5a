package dev.glimpse.train;

import dev.glimpse.ops.Tensor;

/** A model with a code for every image, which can be read and changed. */
public interface LatentModel extends Model {
  /** The number of dimensions Z of a code. */
  int latent();

  /** The most likely code of each image, {@code [N, Z]}. */
  Tensor encode(Example example);

  /**
   * The images of codes, in [0, 1], {@code [N, H W C]}.
   *
   * @param labels as in {@link #sample}
   */
  Tensor decode(Tensor codes, Tensor labels);

  /**
   * The logarithms of importance weights p(x, z) / q(z | x), in nats, for codes drawn from q:
   * {@code [N, samples]}. Their mean weight is an unbiased estimate of p(x).
   */
  Tensor logWeights(Example example, int samples);
}
