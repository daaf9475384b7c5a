package dev.glimpse.cli.progress;

import dev.glimpse.train.Evaluation;
import dev.glimpse.train.Measure;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingListener;

/**
 * Tells how a training gets on, on a terminal: one bar for the whole run, with what the last epoch
 * was judged by.
 */
public final class EpochBar implements TrainingListener {
  private TerminalBar bar;
  private int batchSize;
  private String criterion;
  private long firstImage;
  private String judged = "";

  /** Takes the terminal: to be made before signals are heard. */
  public EpochBar() {
    TerminalBar.takeTerminal();
  }

  @Override
  public void started(Trainer trainer) {
    batchSize = trainer.settings().integer("train.batch");
    criterion = trainer.criterion();
    firstImage = (long) trainer.batch() * batchSize;
  }

  @Override
  public void progressed(Progress progress) {
    long perEpoch = (long) progress.batches() * batchSize;
    if (bar == null) {
      firstImage += progress.epoch() * perEpoch;
      bar = new TerminalBar("training", progress.epochs() * perEpoch - firstImage);
    }
    bar.to(
        progress.epoch() * perEpoch + (long) progress.batch() * batchSize - firstImage,
        "%sepoch %d/%d".formatted(judged, progress.epoch() + 1, progress.epochs()));
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    if (evaluation.split().equals("validation")) {
      var values = evaluation.values();
      values.keySet().stream()
          .filter(name -> name.equals(criterion) || !values.containsKey(criterion))
          .findFirst()
          .ifPresent(name -> judged = told(name, values.get(name)) + ", ");
    }
  }

  private static String told(String name, double value) {
    return name + " " + Measure.named(name).number(value);
  }

  @Override
  public void closing() {
    if (bar != null) {
      bar.close();
    }
  }
}
