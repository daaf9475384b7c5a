package dev.glimpse.graph;

import dev.glimpse.ops.Tensor;

/**
 * A loss, the parameters that descend it, and how.
 *
 * @param name unique within a plan
 * @param loss a scalar
 * @param gate when; null for in every step
 */
public record Objective(
    String name, Tensor loss, ParameterSet parameters, Optimizer optimizer, Gate gate) {
  /** An objective that is descended in every step. */
  public Objective(String name, Tensor loss, ParameterSet parameters, Optimizer optimizer) {
    this(name, loss, parameters, optimizer, null);
  }
}
