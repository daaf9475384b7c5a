package dev.glimpse.ops;

/**
 * A tensor that is learned. Parameters are told apart by identity; their names say where they
 * belong, for example {@code encoder.0.weight}.
 */
public final class Parameter implements Leaf {
  private final String name;
  private final Shape shape;
  private final Initializer initializer;
  private final Layout layout;
  private Tensor tensor;

  public Parameter(String name, Shape shape, Initializer initializer) {
    this(name, shape, initializer, Layout.same(shape));
  }

  /**
   * @param layout how PyTorch stores the same values
   */
  public Parameter(String name, Shape shape, Initializer initializer, Layout layout) {
    this.name = name;
    this.shape = shape;
    this.initializer = initializer;
    this.layout = layout;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  public Initializer initializer() {
    return initializer;
  }

  /** How PyTorch stores the same values. */
  public Layout layout() {
    return layout;
  }

  /** The parameter as a value in a graph, always the same one. */
  public synchronized Tensor tensor() {
    if (tensor == null) {
      tensor = Tensor.of(this);
    }
    return tensor;
  }

  @Override
  public String toString() {
    return name + shape;
  }
}
