package dev.glimpse.cli.evaluation;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.glimpse.metrics.CalibratedClassifiers;
import dev.glimpse.metrics.Calibration;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * How the classifiers of a model read images, and, where there are several, their calibrated
 * product.
 *
 * @param classifiers the product last
 * @param misread by the last classifier, the surest first; empty unless test images were read
 */
public record Classification(List<ClassifierResult> classifiers, List<Misreading> misread) {
  /** The name of the errors on validation images. */
  public static final String VALIDATION = "validation";

  /** And of those on test images. */
  public static final String TEST = "test";

  private static final Gson GSON = new Gson();

  /** Takes copies. */
  public Classification {
    classifiers = List.copyOf(classifiers);
    misread = List.copyOf(misread);
  }

  /** How the classifiers are calibrated. */
  public CalibratedClassifiers calibrated() {
    var calibrations = new LinkedHashMap<String, Calibration>();
    classifiers.forEach(result -> calibrations.put(result.name(), result.calibration()));
    return new CalibratedClassifiers(calibrations);
  }

  /** Whether a file that this is read from had it all. */
  boolean isWhole() {
    return !classifiers.isEmpty() && classifiers.stream().allMatch(ClassifierResult::isWhole);
  }

  /** Prints a line for each classifier. */
  public void print(PrintWriter out) {
    for (ClassifierResult result : classifiers) {
      var line = new StringBuilder("error of %-13s".formatted(result.name()));
      result
          .errors()
          .forEach((part, error) -> line.append("  %s %s".formatted(part, share(error))));
      out.println(line);
    }
  }

  /** A share in percent, such as {@code 3.60%}. */
  public static String share(double value) {
    return "%.2f%%".formatted(100 * value);
  }

  /** As a program is told: the errors and temperatures of each classifier. */
  public JsonObject toJson() {
    var json = new JsonObject();
    for (ClassifierResult result : classifiers) {
      var own = new JsonObject();
      result.errors().forEach((part, error) -> own.addProperty(part + "Error", error));
      own.addProperty("negativeLogLikelihood", result.negativeLogLikelihood());
      own.add("temperatures", GSON.toJsonTree(result.calibration().temperatures()));
      json.add(result.name(), own);
    }
    return json;
  }
}
