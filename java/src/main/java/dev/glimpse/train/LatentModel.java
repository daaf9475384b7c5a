package dev.glimpse.train;

import dev.glimpse.nn.Gaussian;
import dev.glimpse.ops.Tensor;

/** A model with a code for every image, which can be read and changed. */
public interface LatentModel extends GenerativeModel {
  /** The number of dimensions Z of a code. */
  int latent();

  /** The distribution of each image's code, {@code [N, Z]}. */
  Gaussian posterior(Example example);

  /** The most likely code of each image, {@code [N, Z]}. */
  default Tensor encode(Example example) {
    return posterior(example).mean();
  }

  /**
   * The images of codes, in [0, 1], {@code [N, H W C]}.
   *
   * @param labels as in {@link #sample}
   */
  Tensor decode(Tensor codes, Tensor labels);

  /**
   * The codes of the same styles under other labels, {@code [N, Z]}: where a code is drawn from a
   * prior of its label, as likely there as it was; elsewhere the code itself.
   *
   * @param from the labels that the codes are of
   */
  default Tensor relabel(Tensor codes, Tensor from, Tensor to) {
    return codes;
  }

  /** The images of their most likely codes, in [0, 1], in the shape of the example's. */
  default Tensor reconstruct(Example example) {
    return decode(encode(example), example.labels());
  }
}
