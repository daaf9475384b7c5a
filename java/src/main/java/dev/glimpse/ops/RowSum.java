package dev.glimpse.ops;

import java.util.List;

/** The sum over the last axis: {@code [.., C] -> [.., 1]}. The end of a pointwise chain. */
public record RowSum() implements Fusible {
  @Override
  public String name() {
    return "row sum";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    return List.of(inputs.get(0).withColumns(1));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    return List.of(Ops.broadcast(dy.get(0), node.inputs().get(0).shape()));
  }

  @Override
  public Shape domain(List<Shape> inputs) {
    return inputs.get(0);
  }

  @Override
  public Function step() {
    return Function.IDENTITY;
  }

  @Override
  public boolean sumsRows() {
    return true;
  }
}
