package dev.glimpse.cli.evaluation;

import dev.glimpse.metrics.Calibration;
import dev.glimpse.metrics.ConfusionMatrix;
import java.util.Arrays;
import java.util.Map;

/**
 * How a classifier reads images.
 *
 * @param name in its model, or of the calibrated product of several
 * @param calibration fitted on validation images
 * @param errors the shares of images that are read wrong, of validation and, where they were read,
 *     of test images
 * @param negativeLogLikelihood of the right labels, calibrated, in nats, of test images if they
 *     were read, else of validation images
 * @param confusion of the same images
 */
public record ClassifierResult(
    String name,
    Calibration calibration,
    Map<String, Double> errors,
    double negativeLogLikelihood,
    ConfusionMatrix confusion) {

  /** Whether a file that this is read from had it all. */
  boolean isWhole() {
    return name != null
        && calibration != null
        && !calibration.temperatures().isEmpty()
        && calibration.temperatures().values().stream().allMatch(ClassifierResult::isTemperature)
        && errors != null
        && errors.containsKey(Classification.VALIDATION)
        && errors.values().stream().allMatch(error -> error != null && error >= 0 && error <= 1)
        && confusion != null
        && isSquare(confusion.counts());
  }

  private static boolean isSquare(int[][] counts) {
    return Arrays.stream(counts).allMatch(row -> row.length == counts.length);
  }

  private static boolean isTemperature(Double value) {
    return value != null && value > 0 && Double.isFinite(value);
  }
}
