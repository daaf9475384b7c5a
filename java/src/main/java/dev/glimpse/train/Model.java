package dev.glimpse.train;

import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.ops.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A model of images: its parameters, and the graphs that use them. */
public interface Model {
  /** The parameters, grouped by the objective that updates them. */
  List<ParameterSet> parameters();

  /**
   * The graph of a training step.
   *
   * @param optimizers the optimizer of each objective, by name
   */
  Lesson learn(Example example, Function<String, Optimizer> optimizers);

  /**
   * What a model is judged by, per example: {@code [N, 1]} each, in nats where it is a likelihood.
   * The bound on it is called {@code elbo}.
   */
  Map<String, Tensor> evaluate(Example example);

  /** Whether the model is told the label. */
  boolean conditional();

  /** The number of all parameters. */
  default long parameterCount() {
    return parameters().stream().mapToLong(ParameterSet::count).sum();
  }

  /** Whether it learns from unlabelled images beside the labelled ones. */
  default boolean semiSupervised() {
    return false;
  }

  /**
   * A training step.
   *
   * @param objectives what is descended
   * @param metrics scalars that are noted for each step
   */
  record Lesson(List<Objective> objectives, Map<String, Tensor> metrics) {}
}
