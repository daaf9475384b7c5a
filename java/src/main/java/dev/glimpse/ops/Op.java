package dev.glimpse.ops;

import dev.glimpse.device.DeviceInfo;
import java.util.List;
import java.util.Optional;

/**
 * An operation: its shape rule, its gradient rule and its kernel launches. An op is a value; two
 * equal ops on the same inputs are computed once.
 */
public interface Op {
  /** For messages and profiles. */
  String name();

  /**
   * The shapes of the outputs.
   *
   * @throws ShapeException saying what would have fitted
   */
  List<Shape> shapes(List<Shape> inputs);

  /**
   * The gradient rule: extends the graph.
   *
   * @param node this op, applied
   * @param dy the gradient of the objective by each output; null where an output does not matter
   * @return the gradient by each input; null where it is zero
   */
  List<Tensor> gradients(Node node, List<Tensor> dy);

  /** Blocks of device memory that the launches need besides inputs and outputs, in bytes. */
  default List<Long> workspaces(DeviceInfo device, List<Shape> inputs) {
    return List.of();
  }

  /**
   * What the first launch prepares for the others, in workspace 0, from one input and nothing else:
   * once for all steps of a plan that prepare the same, and once for all runs where the input never
   * changes. Nothing by default.
   */
  default Optional<Preparation> preparation(DeviceInfo device, List<Shape> inputs) {
    return Optional.empty();
  }

  /**
   * A preparation.
   *
   * @param input which input is prepared
   * @param form equal where an input is prepared in the same way
   */
  record Preparation(int input, Object form) {}

  /**
   * Whether the launches read inputs whose rows lie apart (see {@link View#stride}); else such an
   * input is copied first.
   */
  default boolean readsStrided() {
    return false;
  }

  /** Whether the launches can write an output whose rows lie apart. */
  default boolean writesStrided(int output) {
    return false;
  }

  /** Emits the launches that compute the outputs from the inputs. */
  void lower(Site site);
}
