package dev.glimpse.ops;

/** An axis along which tensors are joined and cut. */
public enum Axis {
  FIRST,
  LAST;

  /** The length of this axis. */
  public int length(Shape shape) {
    return this == FIRST && shape.rank() > 0 ? shape.dimension(0) : shape.columns();
  }

  /** A shape with this axis of another length. */
  public Shape resize(Shape shape, int length) {
    return this == FIRST ? shape.withFirst(length) : shape.withColumns(length);
  }
}
