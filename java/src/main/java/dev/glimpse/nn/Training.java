package dev.glimpse.nn;

import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The graph of a training step while it is written. Layers that act differently in training (batch
 * normalisation, dropout) ask for it, and leave here what becomes of their running statistics.
 * Outside of one, graphs are for inference.
 */
public final class Training {
  private static final ThreadLocal<Training> CURRENT = new ThreadLocal<>();

  private final Map<Parameter, Tensor> updates = new LinkedHashMap<>();

  /** The step that this thread is writing. */
  static Optional<Training> current() {
    return Optional.ofNullable(CURRENT.get());
  }

  /** Writes a graph, as of training. */
  public <T> T write(Supplier<T> graph) {
    Training before = CURRENT.get();
    CURRENT.set(this);
    try {
      return graph.get();
    } finally {
      CURRENT.set(before);
    }
  }

  /**
   * Writes a part of a graph that leaves running statistics as they are, since its batch is no
   * sample of the data.
   */
  public static <T> T aside(Supplier<T> graph) {
    return CURRENT.get() == null ? graph.get() : new Training().write(graph);
  }

  /** The value of a running statistic after all updates so far. */
  Tensor latest(Parameter statistic) {
    return updates.getOrDefault(statistic, statistic.tensor());
  }

  /** Sets what a running statistic will be after the step. */
  void update(Parameter statistic, Tensor value) {
    updates.put(statistic, value);
  }

  /** What the step makes of the running statistics. */
  public Map<Parameter, Tensor> updates() {
    return Collections.unmodifiableMap(updates);
  }
}
