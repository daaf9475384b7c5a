package dev.glimpse.ops;

/** A tensor in double precision, row-major: what the references compute with. */
public record Array(Shape shape, double[] values) {
  public Array {
    if (values.length != shape.size()) {
      throw new IllegalArgumentException(values.length + " values for " + shape);
    }
  }

  public static Array zeros(Shape shape) {
    return new Array(shape, new double[shape.size()]);
  }

  public static Array of(Shape shape, float[] values) {
    var array = zeros(shape);
    for (int i = 0; i < values.length; i++) {
      array.values[i] = values[i];
    }
    return array;
  }

  public int rows() {
    return values.length / columns();
  }

  public int columns() {
    return shape.columns();
  }

  public double at(int row, int column) {
    return values[row * columns() + column];
  }

  void set(int row, int column, double value) {
    values[row * columns() + column] = value;
  }
}
