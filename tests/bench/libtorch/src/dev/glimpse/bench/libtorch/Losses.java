package dev.glimpse.bench.libtorch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Losses that the workloads share, and their gradients. */
final class Losses {
  private static final int SUM = 2;

  private Losses() {}

  /** Bernoulli cross-entropy, summed. */
  static Tensor crossEntropy(Tensor logits, Tensor labels) {
    var unweighted = new TensorOptional();
    return torch.binary_cross_entropy_with_logits(logits, labels, unweighted, unweighted, SUM);
  }

  static Tensor squaredError(Tensor a, Tensor b) {
    return torch.mse_loss(a, b, SUM);
  }

  /** The divergence of a diagonal normal distribution from the standard one, summed. */
  static Tensor kl(Tensor mean, Tensor deviation, Tensor logVariance) {
    Tensor terms = mean.square().add(deviation.square()).sub(logVariance);
    return terms.sum().mul(new Scalar(0.5f)).sub(new Scalar(0.5f * mean.numel()));
  }

  /** For losses whose forward pass has more gradients to come. */
  static TensorVector gradients(Tensor loss, TensorVector wanted) {
    return gradients(new TensorVector(loss), wanted, new TensorVector(), true);
  }

  /** For the last gradients of a forward pass, whose memory they give back. */
  static TensorVector lastGradients(Tensor loss, TensorVector wanted) {
    return gradients(new TensorVector(loss), wanted, new TensorVector(), false);
  }

  /** Goes on from the gradients by the outputs. */
  static TensorVector gradients(
      TensorVector outputs, TensorVector wanted, TensorVector byOutputs, boolean keeping) {
    return torch.grad(outputs, wanted, byOutputs, new BoolOptional(keeping), false, false);
  }

  /** What each loss is in so many steps, in the order in which a step returns them. */
  static List<float[]> ofSteps(int steps, Supplier<Tensor[]> step) {
    var losses = new ArrayList<float[]>();
    for (int i = 0; i < steps; i++) {
      List<Float> now =
          Scopes.freeing(() -> Stream.of(step.get()).map(Tensor::item_float).toList());
      for (int loss = 0; loss < now.size(); loss++) {
        if (i == 0) {
          losses.add(new float[steps]);
        }
        losses.get(loss)[i] = now.get(loss);
      }
    }
    return losses;
  }
}
