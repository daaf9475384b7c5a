package dev.glimpse.ops;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Another order of a tensor's elements: the tensor, seen under {@code dimensions}, with its axes in
 * {@code order}, seen under {@code shape}.
 *
 * @param dimensions the axes of the tensor here
 * @param order the axis here of each axis there
 * @param shape of the tensor there
 */
public record Layout(Shape dimensions, List<Integer> order, Shape shape) {
  public Layout {
    order = List.copyOf(order);
    List<Integer> axes = IntStream.range(0, dimensions.rank()).boxed().toList();
    if (!order.stream().sorted().toList().equals(axes) || dimensions.size() != shape.size()) {
      throw new IllegalArgumentException(dimensions + " in order " + order + " is no " + shape);
    }
  }

  /** No change. */
  public static Layout same(Shape shape) {
    return new Layout(shape, IntStream.range(0, shape.rank()).boxed().toList(), shape);
  }

  /** The values here, in the order there. */
  public float[] there(float[] here) {
    float[] there = new float[here.length];
    int[] source = sources();
    for (int i = 0; i < there.length; i++) {
      there[i] = here[source[i]];
    }
    return there;
  }

  /** The values there, in the order here. */
  public float[] here(float[] there) {
    float[] here = new float[there.length];
    int[] source = sources();
    for (int i = 0; i < here.length; i++) {
      here[source[i]] = there[i];
    }
    return here;
  }

  /** The index here of each element there. */
  private int[] sources() {
    int rank = dimensions.rank();
    int[] stride = new int[rank];
    int step = 1;
    for (int axis = rank - 1; axis >= 0; axis--) {
      stride[axis] = step;
      step *= dimensions.dimension(axis);
    }
    int[] sources = new int[dimensions.size()];
    for (int i = 0; i < sources.length; i++) {
      int rest = i;
      for (int axis = rank - 1; axis >= 0; axis--) {
        int length = dimensions.dimension(order.get(axis));
        sources[i] += rest % length * stride[order.get(axis)];
        rest /= length;
      }
    }
    return sources;
  }
}
