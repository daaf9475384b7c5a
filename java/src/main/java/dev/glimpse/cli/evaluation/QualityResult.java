package dev.glimpse.cli.evaluation;

import java.util.Map;
import java.util.Optional;

/**
 * The quality of what a model makes, or why it is not measured.
 *
 * @param values by the names of {@link Quality}; empty where it was not measured
 * @param leftOut why it was not; empty too where it was not to be
 */
public record QualityResult(Map<String, Double> values, Optional<String> leftOut) {
  /** What was measured. */
  public static QualityResult of(Map<String, Double> values) {
    return new QualityResult(values, Optional.empty());
  }

  /** Nothing, and why. */
  public static QualityResult leftOut(String reason) {
    return new QualityResult(Map.of(), Optional.of(reason));
  }

  /** Nothing, since nothing was to be measured. */
  public static QualityResult none() {
    return new QualityResult(Map.of(), Optional.empty());
  }
}
