package dev.glimpse.ops;

import java.util.ArrayList;
import java.util.List;

/**
 * Joins tensors along the last axis. Where it can, the plan lets the producers write straight into
 * their part; the others are copied.
 */
public record Concat() implements Structural {
  @Override
  public String name() {
    return "concat";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    int width = 0;
    for (Shape shape : inputs) {
      if (!shape.withColumns(1).equals(inputs.get(0).withColumns(1))) {
        throw new ShapeException("all axes but the last must agree");
      }
      width += shape.columns();
    }
    return List.of(inputs.get(0).withColumns(width));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    var widths = new ArrayList<Integer>();
    node.inputs().forEach(input -> widths.add(input.shape().columns()));
    return Ops.split(dy.get(0), widths);
  }
}
