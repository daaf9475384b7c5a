package dev.glimpse.ops;

import java.util.ArrayList;
import java.util.List;

/** Cuts the last axis into parts, one output each: views of the input, which cost nothing. */
public record Split(List<Integer> widths) implements Structural {
  public Split {
    widths = List.copyOf(widths);
  }

  @Override
  public String name() {
    return "split";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    int sum = widths.stream().mapToInt(w -> w).sum();
    if (sum != inputs.get(0).columns()) {
      throw new ShapeException("parts " + widths + " do not fill the last axis");
    }
    return widths.stream().map(inputs.get(0)::withColumns).toList();
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    var parts = new ArrayList<Tensor>();
    for (int i = 0; i < dy.size(); i++) {
      parts.add(dy.get(i) != null ? dy.get(i) : Ops.constant(0, node.outputs().get(i).shape()));
    }
    return List.of(Ops.concat(parts));
  }

  /** Where a part begins. */
  public int offset(int part) {
    return widths.subList(0, part).stream().mapToInt(w -> w).sum();
  }
}
