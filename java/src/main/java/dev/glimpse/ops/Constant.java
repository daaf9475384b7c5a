package dev.glimpse.ops;

/** A tensor whose elements are all the same number; it becomes a literal in a kernel. */
public record Constant(float value, Shape shape) implements Leaf {
  @Override
  public String name() {
    return "constant";
  }
}
