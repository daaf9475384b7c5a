package dev.glimpse.train;

import dev.glimpse.ops.Tensor;

/** A model that draws new images. */
public interface GenerativeModel extends Model {
  /**
   * New images in [0, 1], {@code [count, H W C]}.
   *
   * @param labels one-hot {@code [count, K]}, for a model that {@link #conditional() takes them}
   */
  Tensor sample(int count, Tensor labels);
}
