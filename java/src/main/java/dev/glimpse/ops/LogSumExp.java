package dev.glimpse.ops;

import java.util.List;

/** The logarithm of the sum of exponentials over the last axis: {@code [.., C] -> [.., 1]}. */
public record LogSumExp() implements Op {
  @Override
  public String name() {
    return "log_sum_exp";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    return List.of(inputs.get(0).withColumns(1));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    return List.of(Ops.multiply(dy.get(0), Ops.softmax(node.inputs().get(0))));
  }

  @Override
  public void lower(Site site) {
    RowKernel.launch(site, "log_sum_exp", 1, 22);
  }
}
