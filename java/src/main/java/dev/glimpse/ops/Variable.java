package dev.glimpse.ops;

/**
 * A scalar in device memory that the host changes now and then between runs, for example a KL
 * weight.
 *
 * @param name unique within a plan
 * @param initial its value until it is set
 */
public record Variable(String name, float initial) implements Leaf {
  @Override
  public Shape shape() {
    return Shape.SCALAR;
  }
}
