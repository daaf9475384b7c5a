package dev.glimpse.cli.evaluation;

import dev.glimpse.metrics.SampleQuality;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How good a model's images are, beside real ones that it has not learned from: the floor and the
 * aim of all the measures.
 *
 * @param samples new images
 * @param reconstructions of the real ones; empty for a model without codes
 * @param real test images
 * @param training how many images the features of all of these are compared with
 */
public record Quality(
    SampleQuality samples,
    Optional<SampleQuality> reconstructions,
    SampleQuality real,
    int training) {

  /** The measures by the names that they have for samples. */
  static final List<String> MEASURES =
      List.of("fid", "classifierScore", "labelAccuracy", "sharpness", "diversity", "judged");

  /** What follows those names for samples. */
  public static final String OF_SAMPLES = "";

  /** What follows them for reconstructions. */
  public static final String OF_RECONSTRUCTIONS = "Reconstructions";

  /** And for real images. */
  static final String OF_REAL = "Real";

  /** The name of the number of training images. */
  public static final String TRAINING_IMAGES = "judgedAgainst";

  /** All values by name, as a run's metrics hold them. */
  public Map<String, Double> values() {
    var values = new LinkedHashMap<String, Double>();
    put(values, OF_SAMPLES, samples);
    reconstructions.ifPresent(quality -> put(values, OF_RECONSTRUCTIONS, quality));
    put(values, OF_REAL, real);
    values.put(TRAINING_IMAGES, (double) training);
    return values;
  }

  private static void put(Map<String, Double> values, String kind, SampleQuality quality) {
    values.put("fid" + kind, quality.fid());
    values.put("classifierScore" + kind, quality.classifierScore());
    quality.labelAccuracy().ifPresent(share -> values.put("labelAccuracy" + kind, share));
    values.put("sharpness" + kind, quality.sharpness());
    values.put("diversity" + kind, quality.diversity());
    values.put("judged" + kind, (double) quality.images());
  }
}
