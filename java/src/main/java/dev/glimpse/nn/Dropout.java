package dev.glimpse.nn;

import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import java.util.List;

/**
 * In training, sets each element to zero with a probability and makes up for it by scaling the
 * others (Srivastava et al. 2014); else changes nothing.
 */
public record Dropout(float probability) implements Layer {
  public Dropout {
    if (!(probability >= 0 && probability < 1)) {
      throw new IllegalArgumentException("a probability below 1, not " + probability);
    }
  }

  @Override
  public Tensor apply(Tensor x) {
    if (probability == 0 || Training.current().isEmpty()) {
      return x;
    }
    Tensor kept = Ops.randomBernoulli(Ops.constant(1 - probability, x.shape()));
    return Ops.scale(Ops.multiply(x, kept), 1 / (1 - probability));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }
}
