package dev.glimpse.nn;

import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.List;
import java.util.stream.Stream;

/** Another shape for each entry of the first axis: {@code [N, ..] -> [N] + entry}. */
public record Reshape(Shape entry) implements Layer {
  @Override
  public Tensor apply(Tensor x) {
    return Ops.reshape(
        x,
        new Shape(
            Stream.concat(Stream.of(x.shape().dimension(0)), entry.dimensions().stream())
                .toList()));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }
}
