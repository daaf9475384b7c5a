package dev.glimpse.graph;

import dev.glimpse.ops.Tensor;

/**
 * A loss, the parameters that descend it, and how.
 *
 * @param name unique within a plan
 * @param loss a scalar
 */
public record Objective(String name, Tensor loss, ParameterSet parameters, Optimizer optimizer) {}
