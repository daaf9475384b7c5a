package dev.glimpse.cli;

import dev.glimpse.train.Evaluation;
import dev.glimpse.train.Measure;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingListener;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/** Tells how a training gets on where there is no terminal: a line for each epoch. */
final class EpochLines implements TrainingListener {
  /** What a line tells of the epoch's steps, where the model has it. */
  private static final List<String> TRAINING =
      List.of(
          "elbo",
          "greyBound",
          "crossEntropy",
          "realLoss",
          "fakeLoss",
          "generatorLoss",
          "featureError");

  /** And of the images that it has not learned from. */
  private static final List<String> VALIDATION =
      List.of("elbo", "greyBound", "accuracy", "crossEntropy", "logFake", "kl", "squaredError");

  private final PrintWriter out;
  private Clock clock;
  private int firstEpoch = -1;
  private Progress progress;
  private Evaluation trained;

  EpochLines(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void started(Trainer trainer) {
    clock = new Clock();
  }

  @Override
  public void progressed(Progress now) {
    printUnvalidated();
    if (firstEpoch < 0) {
      firstEpoch = now.epoch();
    }
    progress = now;
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    switch (evaluation.split()) {
      case "train" -> trained = evaluation;
      case "validation" -> {
        print(evaluation.values());
        trained = null;
      }
      default -> printUnvalidated();
    }
  }

  /** An epoch after which nothing was evaluated gets a shorter line. */
  private void printUnvalidated() {
    if (trained != null) {
      print(Map.of());
      trained = null;
    }
  }

  private void print(Map<String, Double> validation) {
    var line = new StringBuilder();
    int done = progress.epoch() + 1;
    int width = String.valueOf(progress.epochs()).length();
    line.append("epoch %%%dd/%%d".formatted(width).formatted(done, progress.epochs()));
    append(line, "train", trained.values(), TRAINING);
    append(line, "validation", validation, VALIDATION);
    line.append("  %,.0f images/s".formatted(progress.imagesPerSecond()));
    double share = (double) (done - firstEpoch) / (progress.epochs() - firstEpoch);
    line.append("  ETA ").append(clock.left(share));
    out.println(line);
    out.flush();
  }

  private static void append(
      StringBuilder line, String split, Map<String, Double> values, List<String> names) {
    String before = "  " + split + " ";
    for (String name : names) {
      if (values.containsKey(name)) {
        String number = Measure.named(name).number(values.get(name));
        line.append(before).append(name).append(' ').append(number);
        before = "  ";
      }
    }
  }
}
