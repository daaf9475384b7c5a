package dev.glimpse.ops;

import java.util.Collections;
import java.util.List;

/** Passes a value on, and no gradient back. */
public record StopGradient() implements Structural {
  @Override
  public String name() {
    return "stop gradient";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    return inputs;
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    return Collections.singletonList(null);
  }
}
