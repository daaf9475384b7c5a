package dev.glimpse.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A function applied element by element. Inputs broadcast to the largest of them: a scalar, a
 * vector {@code [C]} along the last axis, or a column {@code [.., 1]} along all others.
 */
public record Pointwise(Function function, List<Float> constants) implements Fusible {
  public Pointwise {
    constants = List.copyOf(constants);
    if (constants.size() != function.constants()) {
      throw new IllegalArgumentException(
          function + " takes " + function.constants() + " constants");
    }
  }

  /** Another function with the same constants, as far as it takes any. */
  Tensor apply(Function other, Tensor... inputs) {
    return Tensor.of(new Pointwise(other, constants.subList(0, other.constants())), inputs);
  }

  float constant(int index) {
    return constants.get(index);
  }

  @Override
  public String name() {
    return function.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    if (inputs.size() != function.arity()) {
      throw new ShapeException("takes " + function.arity() + " tensors");
    }
    Shape largest = inputs.get(0);
    for (Shape shape : inputs) {
      if (shape.size() > largest.size()
          || shape.size() == largest.size() && shape.rank() > largest.rank()) {
        largest = shape;
      }
    }
    for (Shape shape : inputs) {
      if (!broadcasts(shape, largest)) {
        throw new ShapeException(shape + " does not broadcast to " + largest);
      }
    }
    return List.of(largest);
  }

  private static boolean broadcasts(Shape from, Shape to) {
    return from.equals(to)
        || from.size() == 1
        || from.rank() == 1 && from.columns() == to.columns()
        || from.columns() == 1 && from.equals(to.withColumns(1));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    List<Tensor> full = function.gradients(this, node.inputs(), node.outputs().get(0), dy.get(0));
    var gradients = new ArrayList<Tensor>();
    for (int i = 0; i < full.size(); i++) {
      Tensor gradient = full.get(i);
      gradients.add(
          gradient == null
              ? null
              : Ops.sumTo(
                  Ops.broadcast(gradient, node.outputs().get(0).shape()),
                  node.inputs().get(i).shape()));
    }
    return gradients;
  }

  @Override
  public Shape domain(List<Shape> inputs) {
    return shapes(inputs).get(0);
  }

  @Override
  public Function step() {
    return function;
  }
}
