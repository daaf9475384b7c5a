package dev.glimpse.ops;

import java.util.List;

/** A tensor that is not computed but provided. */
public sealed interface Leaf extends Op permits Input, Parameter, Variable, Constant {
  Shape shape();

  @Override
  default List<Shape> shapes(List<Shape> inputs) {
    return List.of(shape());
  }

  @Override
  default List<Tensor> gradients(Node node, List<Tensor> dy) {
    return List.of();
  }

  @Override
  default void lower(Site site) {}
}
