package dev.glimpse.train;

import dev.glimpse.ops.Tensor;
import java.util.Map;

/** A model that reads labels. It is judged by its accuracy on validation images. */
public interface ClassifyingModel extends Model {
  /**
   * The logits of p(y | x), {@code [N, K]}, of each classifier in the model, by its name.
   *
   * @param images {@code [N, H W C]}
   */
  Map<String, Tensor> classify(Tensor images);
}
