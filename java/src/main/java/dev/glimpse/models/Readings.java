package dev.glimpse.models;

import static dev.glimpse.ops.Ops.constant;
import static dev.glimpse.ops.Ops.greater;
import static dev.glimpse.ops.Ops.multiply;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.softmax;
import static dev.glimpse.ops.Ops.softmaxCrossEntropy;

import dev.glimpse.ops.Tensor;
import java.util.Map;

/** How well a classifier reads: measures per example. */
final class Readings {
  private Readings() {}

  /**
   * Accuracy, cross-entropy in nats, and the probability of the right label, {@code [N, 1]} each.
   *
   * @param logits {@code [N, K]}
   * @param labels one-hot {@code [N, K]}
   */
  static Map<String, Tensor> of(Tensor logits, Tensor labels) {
    return Map.of(
        "accuracy", accuracy(logits, labels),
        "crossEntropy", softmaxCrossEntropy(logits, labels),
        "probability", rowSum(multiply(softmax(logits), labels)));
  }

  /**
   * 1 where no other label is likelier than the right one, else 0; 0 where a logit is no number.
   */
  static Tensor accuracy(Tensor logits, Tensor labels) {
    Tensor right = rowSum(multiply(logits, labels));
    Tensor likelier = rowSum(greater(logits, right));
    Tensor first = greater(constant(0.5f, likelier.shape()), likelier);
    return multiply(first, greater(right, constant(-Float.MAX_VALUE, right.shape())));
  }
}
