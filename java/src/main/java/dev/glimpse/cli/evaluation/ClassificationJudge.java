package dev.glimpse.cli.evaluation;

import dev.glimpse.data.ImageSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.metrics.CalibratedClassifiers;
import dev.glimpse.metrics.Calibration;
import dev.glimpse.metrics.ConfusionMatrix;
import dev.glimpse.metrics.LabelAccuracy;
import dev.glimpse.metrics.MetricException;
import dev.glimpse.train.ClassifyingModel;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.LabelReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Judges how the classifiers of a model read images, calibrated on validation images. */
public final class ClassificationJudge {
  private final int classes;
  private final Map<String, Part> parts = new LinkedHashMap<>();

  private ClassificationJudge(DataShape shape) {
    classes = shape.classes();
  }

  /**
   * What the classifiers say of images.
   *
   * @param labels what the images are, {@code [N]}
   * @param logits of each classifier, {@code [N, K]}
   */
  private record Part(int[] labels, Map<String, float[]> logits) {}

  /**
   * Has validation images read.
   *
   * @param validation as the model sees them; what the calibration is fitted on
   * @throws MetricException unless all that the classifiers say is finite
   */
  public static Classification judge(
      ClassifyingModel model, ParameterStore store, DataShape shape, ImageSet validation) {
    var judge = new ClassificationJudge(shape);
    try (var reader = new LabelReader(model, store, shape, validation.size())) {
      judge.read(reader, Classification.VALIDATION, validation);
    }
    return judge.classification();
  }

  /**
   * Has validation and test images read.
   *
   * @param validation as the model sees them; what the calibration is fitted on
   * @param test as the model sees them
   * @throws MetricException unless all that the classifiers say is finite
   */
  public static Classification judge(
      ClassifyingModel model,
      ParameterStore store,
      DataShape shape,
      ImageSet validation,
      ImageSet test) {
    var judge = new ClassificationJudge(shape);
    int batch = Math.min(validation.size(), test.size());
    try (var reader = new LabelReader(model, store, shape, batch)) {
      judge.read(reader, Classification.VALIDATION, validation);
      judge.read(reader, Classification.TEST, test);
    }
    return judge.classification();
  }

  private void read(LabelReader reader, String name, ImageSet images) {
    parts.put(name, new Part(images.labels(), logits(reader, images)));
  }

  /**
   * What the classifiers of a model say of images, {@code [N, K]} each.
   *
   * @throws MetricException unless all are finite
   */
  public static Map<String, float[]> logits(LabelReader reader, ImageSet images) {
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

  private Classification classification() {
    Part fitted = parts.get(Classification.VALIDATION);
    var results = new ArrayList<ClassifierResult>();
    CalibratedClassifiers.fit(fitted.logits, fitted.labels, classes)
        .calibrations()
        .forEach((name, calibration) -> results.add(result(name, calibration)));
    Calibration last = results.get(results.size() - 1).calibration();
    Part test = parts.get(Classification.TEST);
    return new Classification(results, test == null ? List.of() : misread(last, test));
  }

  private ClassifierResult result(String name, Calibration calibration) {
    var errors = new LinkedHashMap<String, Double>();
    parts.forEach((split, part) -> errors.put(split, confusion(calibration, part).error()));
    Part told = parts.getOrDefault(Classification.TEST, parts.get(Classification.VALIDATION));
    return new ClassifierResult(
        name,
        calibration,
        errors,
        calibration.negativeLogLikelihood(told.logits, told.labels, classes),
        confusion(calibration, told));
  }

  private ConfusionMatrix confusion(Calibration calibration, Part part) {
    int images = part.labels.length;
    float[] probabilities = calibration.probabilities(part.logits, classes);
    return new LabelAccuracy(classes)
        .add(part.labels, LabelAccuracy.mostProbable(probabilities, images, classes), images)
        .confusion();
  }

  private List<Misreading> misread(Calibration calibration, Part part) {
    int[] labels = part.labels;
    float[] probabilities = calibration.probabilities(part.logits, classes);
    int[] read = LabelAccuracy.mostProbable(probabilities, labels.length, classes);
    return IntStream.range(0, labels.length)
        .filter(i -> read[i] != labels[i])
        .mapToObj(i -> new Misreading(i, labels[i], read[i], probabilities[i * classes + read[i]]))
        .sorted(Comparator.comparingDouble(Misreading::probability).reversed())
        .toList();
  }
}
