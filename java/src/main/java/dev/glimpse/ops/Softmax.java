package dev.glimpse.ops;

import java.util.List;

/** Exponentials over the last axis, divided by their sum. */
public record Softmax() implements Op {
  @Override
  public String name() {
    return "softmax";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    Shape x = inputs.get(0);
    return List.of(x.withColumns(x.columns()));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    Tensor y = node.outputs().get(0);
    Tensor product = Ops.multiply(dy.get(0), y);
    return List.of(Ops.subtract(product, Ops.multiply(y, Ops.rowSum(product))));
  }

  @Override
  public void lower(Site site) {
    RowKernel.launch(site, "softmax", 1, 42);
  }
}
