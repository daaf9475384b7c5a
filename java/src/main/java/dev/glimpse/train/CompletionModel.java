package dev.glimpse.train;

import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;

/** A model that fills in the missing part of images. */
public interface CompletionModel extends LikelihoodModel {
  /**
   * What is given: 1, and what is missing: 0, for each of the {@code [H W C]} numbers of an image.
   */
  Parameter given();

  /** The images with the missing part drawn anew, {@code [N, H W C]} in [0, 1]. */
  Tensor complete(Example example);
}
