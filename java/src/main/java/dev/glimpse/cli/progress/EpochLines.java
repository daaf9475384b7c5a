package dev.glimpse.cli.progress;

import dev.glimpse.train.Evaluation;
import dev.glimpse.train.Measure;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingListener;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/**
 * Tells how a training gets on where there is no terminal: a line for each epoch, and in long
 * epochs now and then one that says how far it is.
 */
public final class EpochLines implements TrainingListener {
  /** What a line tells of the epoch's steps, where the model has it. */
  private static final List<String> TRAINING =
      List.of(
          "elbo",
          "greyBound",
          "crossEntropy",
          "realLoss",
          "fakeLoss",
          "generatorLoss",
          "featureError",
          "velocityError");

  /** And of the images that it has not learned from. */
  private static final List<String> VALIDATION =
      List.of(
          "elbo",
          "greyBound",
          "accuracy",
          "encoderAccuracy",
          "crossEntropy",
          "logFake",
          "kl",
          "squaredError",
          "velocityError");

  /** The longest silence. */
  private static final double SECONDS_BETWEEN = 30;

  private final PrintWriter out;
  private Clock clock;
  private Clock silence;
  private int firstBatch;
  private double firstEpoch = -1;
  private Progress progress;
  private Evaluation trained;

  /** Tells on a console. */
  public EpochLines(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void started(Trainer trainer) {
    clock = new Clock();
    silence = new Clock();
    firstBatch = trainer.batch();
  }

  @Override
  public void progressed(Progress now) {
    printUnvalidated();
    if (firstEpoch < 0) {
      firstEpoch = now.epoch() + (double) firstBatch / now.batches();
    }
    progress = now;
    if (silence.seconds() > SECONDS_BETWEEN && now.batch() < now.batches()) {
      double done = now.epoch() + (double) now.batch() / now.batches();
      print(
          "%s, step %,d of %,d  %,.0f images/s  ETA %s"
              .formatted(
                  place(now.epoch() + 1),
                  now.batch(),
                  now.batches(),
                  now.imagesPerSecond(),
                  left(done)));
    }
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
    int done = progress.epoch() + 1;
    var line = new StringBuilder(place(done));
    append(line, "train", trained.values(), TRAINING);
    append(line, "validation", validation, VALIDATION);
    line.append("  %,.0f images/s".formatted(progress.imagesPerSecond()));
    print(line.append("  ETA ").append(left(done)).toString());
  }

  private String place(int epoch) {
    int width = String.valueOf(progress.epochs()).length();
    return "epoch %%%dd/%%d".formatted(width).formatted(epoch, progress.epochs());
  }

  private String left(double epochs) {
    return clock.left((epochs - firstEpoch) / (progress.epochs() - firstEpoch));
  }

  private void print(String line) {
    out.println(line);
    out.flush();
    silence = new Clock();
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
