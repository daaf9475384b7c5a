package dev.glimpse.metrics;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The classifiers of one model, each calibrated, and, where there are several, their product.
 *
 * @param calibrations by name, in the order of the model's classifiers; the product is the last,
 *     and its name is {@link #BOTH} or {@link #ALL}
 */
public record CalibratedClassifiers(Map<String, Calibration> calibrations) {
  /** The name of the product of two. */
  public static final String BOTH = "both";

  /** The name of the product of more. */
  public static final String ALL = "all";

  /** Takes a copy. */
  public CalibratedClassifiers {
    calibrations = Collections.unmodifiableMap(new LinkedHashMap<>(calibrations));
  }

  /**
   * Calibrates each alone, and the product anew, all temperatures together.
   *
   * @param logits of each, {@code [N, K]}, for images that none has learned from
   * @param labels of the images, {@code [N]}
   */
  public static CalibratedClassifiers fit(Map<String, float[]> logits, int[] labels, int classes) {
    var calibrations = new LinkedHashMap<String, Calibration>();
    logits.forEach(
        (name, values) ->
            calibrations.put(name, Calibration.fit(Map.of(name, values), labels, classes)));
    if (logits.size() > 1) {
      calibrations.put(logits.size() == 2 ? BOTH : ALL, Calibration.fit(logits, labels, classes));
    }
    return new CalibratedClassifiers(calibrations);
  }

  /**
   * p(y | x), {@code [N, K]}, by the names of {@link #calibrations}.
   *
   * @param logits of each classifier, {@code [N, K]}
   */
  public Map<String, float[]> probabilities(Map<String, float[]> logits, int classes) {
    var probabilities = new LinkedHashMap<String, float[]>();
    calibrations.forEach(
        (name, calibration) -> probabilities.put(name, calibration.probabilities(logits, classes)));
    return probabilities;
  }
}
