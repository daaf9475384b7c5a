package dev.glimpse.nn;

import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Window;
import java.util.List;

/** The mean under each position of a window, per channel; padding counts as zeros. */
public record AvgPool2d(Window window) implements Layer {
  @Override
  public Tensor apply(Tensor x) {
    return Ops.averagePool(x, window);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }
}
