package dev.glimpse.ops;

import java.util.List;

/** An op that becomes part of a {@link Chain}: the plan compiler never launches it by itself. */
public sealed interface Fusible extends Op permits Pointwise, Broadcast, RowSum, BatchNormalize {
  /** The matrix over which the op is computed; only ops of one domain are fused. */
  Shape domain(List<Shape> inputs);

  /** The function that it applies. */
  Function step();

  /** The function's constants. */
  default List<Float> constants() {
    return List.of();
  }

  /** Whether the result is summed over each row. */
  default boolean sumsRows() {
    return false;
  }

  @Override
  default void lower(Site site) {
    throw new IllegalStateException(name() + " is launched as part of a chain");
  }
}
