package dev.glimpse.nn;

import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import java.util.List;

/** Images enlarged by a whole factor: pixels repeated, or else interpolated bilinearly. */
public record Upsample(int factor, boolean nearest) implements Layer {
  @Override
  public Tensor apply(Tensor x) {
    return Ops.upsample(x, factor, nearest);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }
}
