package dev.glimpse.ops;

import java.util.List;

/** The same elements under another shape; costs nothing. */
public record Reshape(Shape shape) implements Structural {
  @Override
  public String name() {
    return "reshape";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    if (inputs.get(0).size() != shape.size()) {
      throw new ShapeException(shape + " has another number of elements");
    }
    return List.of(shape);
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    return List.of(Ops.reshape(dy.get(0), node.inputs().get(0).shape()));
  }
}
