package dev.glimpse.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Cuts an axis into parts, one output each: views of the input, which cost nothing. */
public record Split(Axis axis, List<Integer> lengths) implements Structural {
  public Split {
    lengths = List.copyOf(lengths);
  }

  @Override
  public String name() {
    return "split";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    Shape whole = inputs.get(0);
    int sum = lengths.stream().mapToInt(w -> w).sum();
    if (sum != axis.length(whole)) {
      throw new ShapeException(
          "parts %s do not fill the %s axis"
              .formatted(lengths, axis.name().toLowerCase(Locale.ROOT)));
    }
    return lengths.stream().map(length -> axis.resize(whole, length)).toList();
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    var parts = new ArrayList<Tensor>();
    for (int i = 0; i < dy.size(); i++) {
      parts.add(dy.get(i) != null ? dy.get(i) : Ops.constant(0, node.outputs().get(i).shape()));
    }
    return List.of(Ops.concat(axis, parts));
  }
}
