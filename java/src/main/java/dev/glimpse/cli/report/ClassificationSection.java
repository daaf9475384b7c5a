package dev.glimpse.cli.report;

import dev.glimpse.cli.evaluation.Classification;
import dev.glimpse.cli.evaluation.ClassificationFile;
import dev.glimpse.cli.evaluation.ClassifierResult;
import dev.glimpse.cli.evaluation.Misreading;
import dev.glimpse.models.Models;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.TrainingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a report says of labels: how few were learned from, and how well they are read. */
final class ClassificationSection {
  private ClassificationSection() {}

  /** What a semi-supervised model is and learns from; nothing for another. */
  static List<Map<String, ?>> semiSupervision(RunFolder run) {
    Map<String, String> settings = run.config().settings();
    if (!settings.containsKey(TrainingSettings.LABELS)) {
      return List.of();
    }
    String others = settings.getOrDefault(TrainingSettings.UNLABELLED, "");
    boolean grey = "none".equals(settings.get("data.binarise"));
    return List.of(
        Map.of(
            "description",
            Models.named(run.config().model()).description(),
            "labels",
            "%,d".formatted(Integer.valueOf(settings.get(TrainingSettings.LABELS))),
            "classes",
            run.config().shape().classes(),
            "data",
            run.config().data(),
            "others",
            others.isEmpty() ? "all training images" : "the images of " + others,
            "grey",
            grey ? List.of(Map.of()) : List.of()));
  }

  /**
   * The errors of each classifier, a table of what is read as what, and what is misread; nothing
   * for a model that reads no labels, or while it trains.
   *
   * @param pictures of what is misread, each an {@code image} to be shown; one or none
   */
  static List<Map<String, ?>> of(RunFolder run, List<Map<String, ?>> pictures) {
    return new ClassificationFile(run)
        .read().stream()
            .<Map<String, ?>>map(classification -> section(run.config(), classification, pictures))
            .toList();
  }

  private static Map<String, ?> section(
      RunConfig config, Classification classification, List<Map<String, ?>> pictures) {
    List<ClassifierResult> results = classification.classifiers();
    String last = results.get(results.size() - 1).name();
    return Map.of(
        "parts",
        results.get(0).errors().keySet().stream().map(part -> Map.of("part", part)).toList(),
        "classifiers",
        results.stream().map(ClassificationSection::row).toList(),
        "products",
        results.size() > 1 ? List.of(Map.of("product", last)) : List.of(),
        "confusions",
        results.stream().map(result -> confusion(config, result)).toList(),
        "misread",
        pictures.stream().map(picture -> misread(config, classification, last, picture)).toList());
  }

  private static Map<String, ?> misread(
      RunConfig config, Classification classification, String classifier, Map<String, ?> picture) {
    List<Misreading> shown = ClassificationFile.shown(classification);
    return Map.of(
        "shown",
        "%,d".formatted(shown.size()),
        "all",
        "%,d".formatted(classification.misread().size()),
        "classifier",
        classifier,
        "captions",
        shown.stream().map(one -> one.caption(config)).collect(Collectors.joining(", ")),
        "image",
        picture.get("image"));
  }

  private static Map<String, ?> row(ClassifierResult result) {
    return Map.of(
        "classifier",
        result.name(),
        "errors",
        result.errors().values().stream()
            .map(error -> Map.of("error", Classification.share(error)))
            .toList(),
        "likelihood",
        "%.4f".formatted(result.negativeLogLikelihood()),
        "temperature",
        result.calibration().temperatures().values().stream()
            .map("%.2f"::formatted)
            .collect(Collectors.joining(", ")));
  }

  private static Map<String, ?> confusion(RunConfig config, ClassifierResult result) {
    int[][] counts = result.confusion().counts();
    var rows = new ArrayList<Map<String, ?>>();
    for (int label = 0; label < counts.length; label++) {
      int row = label;
      rows.add(
          Map.of(
              "label",
              config.className(label),
              "cells",
              IntStream.range(0, counts.length)
                  .mapToObj(read -> cell(counts[row][read], row == read))
                  .toList()));
    }
    return Map.of(
        "classifier",
        result.name(),
        "labels",
        IntStream.range(0, counts.length)
            .mapToObj(label -> Map.of("label", config.className(label)))
            .toList(),
        "rows",
        rows);
  }

  private static Map<String, ?> cell(int count, boolean right) {
    return Map.of(
        "kind", right ? "right" : "wrong", "count", count == 0 ? "" : "%,d".formatted(count));
  }
}
