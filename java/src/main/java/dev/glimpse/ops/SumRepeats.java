package dev.glimpse.ops;

import java.util.List;

/** Sums groups of neighbours along the first axis, the adjoint of {@link Repeat}. */
public record SumRepeats(int times) implements Op {
  @Override
  public String name() {
    return "sum repeats";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    int rows = Repeat.first(inputs.get(0));
    if (rows % times != 0) {
      throw new ShapeException(rows + " is no multiple of " + times);
    }
    return List.of(inputs.get(0).withFirst(rows / times));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    return List.of(Tensor.of(new Repeat(times), dy.get(0)));
  }

  @Override
  public void lower(Site site) {
    Repeat.lower(site, "sum_repeats", times, Repeat.first(site.inputShape(0)) / times);
  }
}
