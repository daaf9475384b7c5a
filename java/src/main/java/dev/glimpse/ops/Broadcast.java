package dev.glimpse.ops;

import java.util.List;

/** A scalar, a row {@code [C]} or a column {@code [.., 1]}, repeated to fill a shape. */
public record Broadcast(Shape shape) implements Fusible {
  @Override
  public String name() {
    return "broadcast";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    List<Shape> largest =
        new Pointwise(Function.ADD, List.of()).shapes(List.of(inputs.get(0), shape));
    if (!largest.get(0).equals(shape)) {
      throw new ShapeException(inputs.get(0) + " does not broadcast to " + shape);
    }
    return largest;
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    return List.of(Ops.sumTo(dy.get(0), node.inputs().get(0).shape()));
  }

  @Override
  public Shape domain(List<Shape> inputs) {
    return shape;
  }

  @Override
  public Function step() {
    return Function.IDENTITY;
  }
}
