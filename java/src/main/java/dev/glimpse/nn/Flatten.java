package dev.glimpse.nn;

import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.List;

/** All axes but the first as one: {@code [N, ..] -> [N, C]}. */
public record Flatten() implements Layer {
  @Override
  public Tensor apply(Tensor x) {
    return Ops.reshape(
        x, Shape.of(x.shape().dimension(0), x.shape().size() / x.shape().dimension(0)));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }
}
