package dev.glimpse.nn;

import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import java.util.List;

/** In training, adds normal noise to each element (Bishop 1995); else changes nothing. */
public record GaussianNoise(float deviation) implements Layer {
  public GaussianNoise {
    if (!(deviation >= 0)) {
      throw new IllegalArgumentException("a deviation of 0 or more, not " + deviation);
    }
  }

  @Override
  public Tensor apply(Tensor x) {
    if (deviation == 0 || Training.current().isEmpty()) {
      return x;
    }
    return Ops.add(x, Ops.scale(Ops.randomNormal(x.shape()), deviation));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }
}
