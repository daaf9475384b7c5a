package dev.glimpse.cli;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.glimpse.data.ImageSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.io.AtomicFiles;
import dev.glimpse.io.CheckpointException;
import dev.glimpse.metrics.CalibratedClassifiers;
import dev.glimpse.metrics.Calibration;
import dev.glimpse.metrics.ConfusionMatrix;
import dev.glimpse.metrics.LabelAccuracy;
import dev.glimpse.metrics.MetricException;
import dev.glimpse.train.ClassifyingModel;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.LabelReader;
import dev.glimpse.train.RunFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * How the classifiers of a model read images, and, where there are several, their calibrated
 * product. A run keeps that of its test images in {@code classification.json}, and a picture of
 * those that are read wrong.
 *
 * @param classifiers the product last
 * @param misread by the last classifier, the surest first; empty unless test images were read
 */
record Classification(List<ClassifierResult> classifiers, List<Misreading> misread) {
  static final String VALIDATION = "validation";
  static final String TEST = "test";

  private static final String REMEDY = "delete it, and let 'evaluate' write it";
  private static final int SHOWN_ACROSS = 10;
  private static final int SHOWN = 6 * SHOWN_ACROSS;
  private static final Gson GSON = new Gson();

  /** Takes copies. */
  Classification {
    classifiers = List.copyOf(classifiers);
    misread = List.copyOf(misread);
  }

  /**
   * Has validation images read.
   *
   * @param validation as the model sees them; what the calibration is fitted on
   */
  static Classification of(
      ClassifyingModel model, ParameterStore store, DataShape shape, ImageSet validation) {
    try (var reader = new LabelReader(model, store, shape, validation.size())) {
      return of(Map.of(VALIDATION, validation), reader, shape);
    }
  }

  /** Has validation and test images read. */
  static Classification of(
      ClassifyingModel model,
      ParameterStore store,
      DataShape shape,
      ImageSet validation,
      ImageSet test) {
    int batch = Math.min(validation.size(), test.size());
    try (var reader = new LabelReader(model, store, shape, batch)) {
      var parts = new LinkedHashMap<String, ImageSet>();
      parts.put(VALIDATION, validation);
      parts.put(TEST, test);
      return of(parts, reader, shape);
    }
  }

  /**
   * What the classifiers say of images.
   *
   * @param labels what the images are, {@code [N]}
   * @param logits of each classifier, {@code [N, K]}
   */
  private record Part(int[] labels, Map<String, float[]> logits) {}

  private static Classification of(
      Map<String, ImageSet> images, LabelReader reader, DataShape shape) {
    int classes = shape.classes();
    var parts = new LinkedHashMap<String, Part>();
    images.forEach(
        (name, set) -> parts.put(name, new Part(Pictures.labels(set), logits(reader, set))));
    Part fitted = parts.get(VALIDATION);
    var calibrated = CalibratedClassifiers.fit(fitted.logits, fitted.labels, classes);
    var results = new ArrayList<ClassifierResult>();
    calibrated
        .calibrations()
        .forEach((name, calibration) -> results.add(result(name, calibration, parts, classes)));
    Calibration last = results.get(results.size() - 1).calibration();
    List<Misreading> misread =
        parts.containsKey(TEST) ? misread(last, parts.get(TEST), classes) : List.of();
    return new Classification(results, misread);
  }

  /**
   * What the classifiers of a model say of images, {@code [N, K]} each.
   *
   * @throws MetricException unless all are finite
   */
  static Map<String, float[]> logits(LabelReader reader, ImageSet images) {
    Map<String, float[]> logits = reader.read(images);
    logits.forEach(
        (name, values) -> {
          for (float value : values) {
            if (!Float.isFinite(value)) {
              throw new MetricException(
                  "the model's numbers are not finite (logits of %s); train it anew"
                      .formatted(name));
            }
          }
        });
    return logits;
  }

  private static ClassifierResult result(
      String name, Calibration calibration, Map<String, Part> parts, int classes) {
    var errors = new LinkedHashMap<String, Double>();
    parts.forEach(
        (split, part) -> errors.put(split, confusion(calibration, part, classes).error()));
    Part told = parts.getOrDefault(TEST, parts.get(VALIDATION));
    return new ClassifierResult(
        name,
        calibration,
        errors,
        calibration.negativeLogLikelihood(told.logits, told.labels, classes),
        confusion(calibration, told, classes));
  }

  private static ConfusionMatrix confusion(Calibration calibration, Part part, int classes) {
    int images = part.labels.length;
    float[] probabilities = calibration.probabilities(part.logits, classes);
    return new LabelAccuracy(classes)
        .add(part.labels, LabelAccuracy.mostProbable(probabilities, images, classes), images)
        .confusion();
  }

  private static List<Misreading> misread(Calibration calibration, Part part, int classes) {
    int[] labels = part.labels;
    float[] probabilities = calibration.probabilities(part.logits, classes);
    int[] read = LabelAccuracy.mostProbable(probabilities, labels.length, classes);
    return IntStream.range(0, labels.length)
        .filter(i -> read[i] != labels[i])
        .mapToObj(i -> new Misreading(i, labels[i], read[i], probabilities[i * classes + read[i]]))
        .sorted(Comparator.comparingDouble(Misreading::probability).reversed())
        .toList();
  }

  /**
   * How the classifiers of a run's model are calibrated, where the run keeps that.
   *
   * @param names of these classifiers
   */
  static Optional<CalibratedClassifiers> calibrated(RunFolder run, Set<String> names) {
    Optional<CalibratedClassifiers> kept = of(run).map(Classification::calibrated);
    boolean fits =
        kept.stream()
            .flatMap(classifiers -> classifiers.calibrations().values().stream())
            .allMatch(calibration -> names.containsAll(calibration.temperatures().keySet()));
    if (!fits) {
      throw new CheckpointException(file(run), "is of another model", REMEDY);
    }
    return kept;
  }

  /** How the classifiers are calibrated. */
  CalibratedClassifiers calibrated() {
    var calibrations = new LinkedHashMap<String, Calibration>();
    classifiers.forEach(result -> calibrations.put(result.name(), result.calibration()));
    return new CalibratedClassifiers(calibrations);
  }

  /** Those that are shown in the picture, the surest first. */
  List<Misreading> shown() {
    return misread.subList(0, Math.min(SHOWN, misread.size()));
  }

  /**
   * Keeps this in a run.
   *
   * @param test the images that were read
   */
  void keep(RunFolder run, ImageSet test) {
    AtomicFiles.writeText(file(run), GSON.toJson(this) + "\n");
    if (misread.isEmpty()) {
      AtomicFiles.deleteQuietly(picture(run));
      return;
    }
    var sheet = new CaptionedSheet(DataShape.of(test), 1, SHOWN_ACROSS);
    for (Misreading one : shown()) {
      FloatBuffer pixels = FloatBuffer.allocate(test.pixelsPerImage());
      test.copyPixels(one.image(), pixels);
      sheet.add(one.caption(run.config()), pixels.flip());
    }
    sheet.write(picture(run));
  }

  /** What a run keeps. */
  static Optional<Classification> of(RunFolder run) {
    Path file = file(run);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Classification read;
    try {
      read = GSON.fromJson(Files.readString(file), Classification.class);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + e.getMessage(), REMEDY, e);
    } catch (RuntimeException e) {
      // Gson throws its own, and passes on what the constructors of records throw.
      throw new CheckpointException(file, "is damaged", REMEDY, e);
    }
    if (read == null || !read.isWhole()) {
      throw new CheckpointException(file, "is damaged", REMEDY);
    }
    return Optional.of(read);
  }

  private boolean isWhole() {
    return !classifiers.isEmpty() && classifiers.stream().allMatch(ClassifierResult::isWhole);
  }

  /** Deletes what a run keeps, which is no longer true when it goes on. */
  static void forget(RunFolder run) {
    AtomicFiles.deleteQuietly(file(run));
    AtomicFiles.deleteQuietly(picture(run));
  }

  private static Path file(RunFolder run) {
    return run.resolve("classification.json");
  }

  /** Where a run's picture of misread images is, if there are any. */
  static Path picture(RunFolder run) {
    return run.samples().resolve("misread.png");
  }

  /** Prints a line for each classifier. */
  void print(PrintWriter out) {
    for (ClassifierResult result : classifiers) {
      var line = new StringBuilder("error of %-13s".formatted(result.name()));
      result
          .errors()
          .forEach((part, error) -> line.append("  %s %s".formatted(part, share(error))));
      out.println(line);
    }
  }

  static String share(double value) {
    return "%.2f%%".formatted(100 * value);
  }

  /** As a program is told: the errors and temperatures of each classifier. */
  JsonObject toJson() {
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
