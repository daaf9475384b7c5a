package dev.glimpse.models;

import static dev.glimpse.ops.Ops.bernoulliCrossEntropy;
import static dev.glimpse.ops.Ops.negate;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.sigmoid;

import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.Layer;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import java.util.List;

/** The last part of a decoder: a distribution of what is observed, given a hidden layer. */
sealed interface Observation {
  /** log p(x | h) of each row, {@code [N, 1]}, in nats. */
  Tensor logLikelihood(Tensor hidden, Tensor x);

  /** The mean of x, {@code [N, D]}. */
  Tensor mean(Tensor hidden);

  List<Parameter> parameters();

  /**
   * Pixels, each a Bernoulli variable.
   *
   * @param logits a layer that gives their logits
   */
  record Pixels(Layer logits) implements Observation {
    @Override
    public Tensor logLikelihood(Tensor hidden, Tensor x) {
      return negate(rowSum(bernoulliCrossEntropy(logits.apply(hidden), x)));
    }

    @Override
    public Tensor mean(Tensor hidden) {
      return sigmoid(logits.apply(hidden));
    }

    @Override
    public List<Parameter> parameters() {
      return logits.parameters();
    }
  }

  /** Features, each normally distributed. */
  record Features(GaussianHead head) implements Observation {
    @Override
    public Tensor logLikelihood(Tensor hidden, Tensor x) {
      return head.apply(hidden).logDensity(x);
    }

    @Override
    public Tensor mean(Tensor hidden) {
      return head.apply(hidden).mean();
    }

    @Override
    public List<Parameter> parameters() {
      return head.parameters();
    }
  }
}
