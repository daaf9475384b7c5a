package dev.glimpse.ops;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The static shape of a tensor, row-major. Kernels see it as a matrix: the last axis is its
 * columns, all others its rows. A scalar is {@code []}, a matrix of one element.
 */
public record Shape(List<Integer> dimensions) {
  public static final Shape SCALAR = Shape.of();

  public Shape {
    dimensions = List.copyOf(dimensions);
    long size = 1;
    for (int d : dimensions) {
      size *= d;
      if (d <= 0 || size > Integer.MAX_VALUE) {
        throw new ShapeException("a tensor cannot have the shape " + dimensions);
      }
    }
  }

  public static Shape of(int... dimensions) {
    return new Shape(Arrays.stream(dimensions).boxed().toList());
  }

  public int rank() {
    return dimensions.size();
  }

  /** The length of an axis; negative axes count from the end. */
  public int dimension(int axis) {
    return dimensions.get(axis < 0 ? rank() + axis : axis);
  }

  /** The number of elements. */
  public int size() {
    return dimensions.stream().reduce(1, (a, b) -> a * b);
  }

  public int columns() {
    return rank() == 0 ? 1 : dimension(-1);
  }

  public int rows() {
    return size() / columns();
  }

  public long bytes() {
    return 4L * size();
  }

  /**
   * This shape with another last axis.
   *
   * @throws ShapeException for a scalar, which has none
   */
  public Shape withColumns(int columns) {
    if (rank() == 0) {
      throw new ShapeException("a scalar has no last axis");
    }
    int[] changed = dimensions.stream().mapToInt(d -> d).toArray();
    changed[changed.length - 1] = columns;
    return of(changed);
  }

  /**
   * This shape with another first axis.
   *
   * @throws ShapeException for a scalar, which has none
   */
  public Shape withFirst(int length) {
    if (rank() == 0) {
      throw new ShapeException("a scalar has no first axis");
    }
    int[] changed = dimensions.stream().mapToInt(d -> d).toArray();
    changed[0] = length;
    return of(changed);
  }

  @Override
  public String toString() {
    return dimensions.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }
}
