package dev.glimpse.graph;

import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;

/**
 * Decides on the device, step by step, whether an objective's update is made.
 *
 * @param open a scalar: 1 for an update, 0 for none
 * @param count how many updates were made; part of a store, so that it is kept with the parameters
 */
public record Gate(Tensor open, Parameter count) {
  public Gate {
    if (open.shape().size() != 1 || count.shape().size() != 1) {
      throw new IllegalArgumentException(
          "a gate and its count are scalars, not %s and %s".formatted(open.shape(), count.shape()));
    }
  }
}
