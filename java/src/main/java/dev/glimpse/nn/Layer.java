package dev.glimpse.nn;

import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import java.util.List;

/** A function with parameters. Applying it twice shares them. */
public interface Layer {
  /**
   * Extends the graph.
   *
   * @throws dev.glimpse.ops.ShapeException naming this layer, when x does not fit
   */
  Tensor apply(Tensor x);

  /** All parameters that are learned, in the order of their use. */
  List<Parameter> parameters();

  /** What training moves by other means than gradients: running statistics. */
  default List<Parameter> statistics() {
    return List.of();
  }
}
