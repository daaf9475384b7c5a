package dev.glimpse.bench;

import java.util.List;
import java.util.Map;

/** A workload on one engine, ready to run. */
public interface Contender extends AutoCloseable {
  /** Does the work once, and waits for it. */
  void run();

  /** The inputs and parameters from which {@link #check} starts, by name: a peer copies them. */
  Map<String, float[]> start();

  /**
   * Does the work once or a few times from the start, and returns the results on which all engines
   * must agree, for example a loss in each of its steps; none where the work is random.
   */
  List<float[]> check();

  /** What a run costs besides time, by name. */
  default Map<String, Double> facts() {
    return Map.of();
  }

  @Override
  void close();
}
