package dev.glimpse.export;

import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Broadcast;
import dev.glimpse.ops.Constant;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Node;
import dev.glimpse.ops.Op;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Random;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Variable;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * What depends on parameters alone, not on inputs: an exported graph holds its value. The engine
 * itself computes it.
 */
final class FixedValues {
  private final ParameterStore store;
  private final Map<Node, Boolean> fixed = new HashMap<>();

  FixedValues(ParameterStore store) {
    this.store = store;
  }

  /**
   * Whether a tensor is fixed. Constants and broadcasts of two axes or more are not: one of their
   * axes is the batch, whose length is open.
   */
  boolean isFixed(Tensor tensor) {
    Boolean known = fixed.get(tensor.node());
    if (known == null) {
      Op op = tensor.node().op();
      boolean open =
          op instanceof Input
              || op instanceof Variable
              || op instanceof Random
              || (op instanceof Constant || op instanceof Broadcast) && tensor.shape().rank() > 1;
      known = !open && tensor.node().inputs().stream().allMatch(this::isFixed);
      fixed.put(tensor.node(), known);
    }
    return known;
  }

  /** The value of a fixed tensor. */
  float[] value(Tensor tensor) {
    if (tensor.node().op() instanceof Parameter parameter) {
      return array(store.read(parameter));
    }
    try (Plan plan = new PlanBuilder(store).output("value", tensor).build()) {
      plan.run();
      return array(plan.read("value"));
    }
  }

  private static float[] array(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }
}
