package dev.glimpse.ops;

import java.util.List;
import java.util.Locale;

/**
 * Joins tensors along an axis. Where it can, the plan lets the producers write straight into their
 * part; the others are copied.
 */
public record Concat(Axis axis) implements Structural {
  @Override
  public String name() {
    return "concat";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    Shape first = inputs.get(0);
    int length = 0;
    for (Shape shape : inputs) {
      if (!axis.resize(shape, 1).equals(axis.resize(first, 1))) {
        throw new ShapeException(
            "all axes but the %s must agree".formatted(axis.name().toLowerCase(Locale.ROOT)));
      }
      length += axis.length(shape);
    }
    return List.of(axis.resize(first, length));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    List<Integer> lengths =
        node.inputs().stream().map(input -> axis.length(input.shape())).toList();
    return Ops.split(axis, dy.get(0), lengths);
  }
}
