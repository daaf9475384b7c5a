package dev.glimpse.cli;

import dev.glimpse.data.ClassNames;
import dev.glimpse.data.DataException;
import dev.glimpse.data.ImageSet;
import dev.glimpse.data.Sources;
import dev.glimpse.data.Splits;
import dev.glimpse.device.Device;
import dev.glimpse.models.Models;
import dev.glimpse.train.Binarisation;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.LikelihoodModel;
import dev.glimpse.train.Measure;
import dev.glimpse.train.Model;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingListener;
import dev.glimpse.train.TrainingSettings;
import java.io.PrintWriter;
import java.util.ArrayList;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A training as commands do it: its progress is told, its pictures, measures and report are made.
 *
 * @param spec of the command, whose console it tells on
 * @param again how to go on after a stop
 * @param verbose whether it tells what lies where in the device's memory
 * @param skipsQuality whether the quality of the model's images is not measured
 */
record Training(CommandSpec spec, String again, boolean verbose, boolean skipsQuality) {

  /**
   * Loads what settings say that a model learns from.
   *
   * @throws SettingException where they do not go together
   * @throws DataException also where there are not as many labelled images as a semi-supervised
   *     model is to be told
   */
  static Splits load(String source, Settings settings) {
    Models.checkTraining(settings);
    int seed = settings.integer("train.seed");
    Splits splits = Sources.load(source, TrainingSettings.imageFormat(settings), seed);
    if (!isSemiSupervised(settings)) {
      return splits;
    }
    int labels = settings.integer(TrainingSettings.LABELS);
    ImageSet train = splits.train();
    if (labels > train.size()) {
      throw new DataException(
          "%,d labels are asked for, and %s has %,d images to train on"
              .formatted(labels, train.name(), train.size()));
    }
    train.balanced(labels, seed);
    String others = settings.text(TrainingSettings.UNLABELLED);
    return others.isEmpty() ? splits : Sources.withUnlabelled(splits, source, others, seed);
  }

  /** Whether settings are those of a semi-supervised model. */
  static boolean isSemiSupervised(Settings settings) {
    return settings.has(TrainingSettings.LABELS);
  }

  /**
   * Trains a model.
   *
   * @param goesOn whether from the run's last checkpoint
   * @return the evaluation on test images
   * @throws StoppedException when a signal stopped it
   */
  Evaluation run(
      Device device, Model model, Settings settings, Splits splits, RunFolder run, boolean goesOn) {
    PrintWriter console = console();
    introduce(device, model, settings, splits, run);
    var listeners = new ArrayList<TrainingListener>();
    if (verbose) {
      listeners.add(new MemoryTable(console));
    }
    listeners.add(new WeightsLine(console));
    listeners.add(TerminalBar.isPossible() ? new EpochBar() : new EpochLines(console));
    listeners.add(new SampleGrids());
    var quality = new QualityRecorder(splits);
    if (!skipsQuality) {
      listeners.add(quality);
    }
    var classification = new ClassificationRecorder();
    listeners.add(classification);
    listeners.add(new ReportWriter());
    Evaluation test;
    var signals = new StopSignals(spec.commandLine().getErr());
    try (signals;
        var trainer = new Trainer(device, model, settings, splits, run, listeners)) {
      if (goesOn) {
        trainer.resume();
        console.println("goes on after " + place(trainer));
      }
      signals.stop(trainer);
      test = trainer.train().orElseThrow(() -> stopped(trainer, signals));
      if (trainer.epoch() < settings.integer("train.epochs")) {
        console.printf(
            "stopped early after epoch %d: validation has not got better since epoch %d%n",
            trainer.epoch(), test.epoch());
      }
    }
    if (signals.exitCode() > 0) {
      throw new StoppedException("stopped after the end; " + again, signals.exitCode());
    }
    test.values()
        .forEach(
            (name, value) ->
                console.printf("test %s %s%n", name, Measure.named(name).number(value)));
    classification.print(console);
    quality.print(console);
    console.println("report " + run.resolve("report.html"));
    return test;
  }

  private PrintWriter console() {
    return spec.commandLine().getOut();
  }

  private static String place(Trainer trainer) {
    return trainer.batch() == 0
        ? "epoch " + trainer.epoch()
        : "step %d, in epoch %d".formatted(trainer.step(), trainer.epoch() + 1);
  }

  private StoppedException stopped(Trainer trainer, StopSignals signals) {
    String message =
        trainer.step() == 0
            ? "stopped before the first step; there is nothing to keep"
            : "stopped after %s; %s".formatted(place(trainer), again);
    return new StoppedException(message, signals.exitCode());
  }

  private void introduce(
      Device device, Model model, Settings settings, Splits splits, RunFolder run) {
    PrintWriter console = console();
    long parameters = model.parameterCount();
    console.printf(
        "%s with %,d parameters, on %s, on %s %s%n",
        run.config().model(),
        parameters,
        images(model, settings, splits, run.config().data()),
        device.info().id(),
        device.description());
    ImageSet train = splits.train();
    if (!train.classNames().equals(ClassNames.numbers(train.classes()))) {
      console.printf("classes %s%n", ClassNames.listed(train.classNames()));
    }
    console.printf("run %s%n", run.path());
    if (model instanceof LikelihoodModel && Binarisation.of(settings) != Binarisation.NONE) {
      console.println("the elbo is in nats per image: higher is better");
    }
    console.flush();
  }

  private static String images(Model model, Settings settings, Splits splits, String source) {
    int size = settings.integer("train.size");
    ImageSet all = model.semiSupervised() ? splits.unlabelled() : splits.train();
    int images = size > 0 ? Math.min(size, all.size()) : all.size();
    if (!model.semiSupervised()) {
      return "%,d images of %s".formatted(images, source);
    }
    String others = settings.text(TrainingSettings.UNLABELLED);
    return "%,d images of %s without labels and %,d of %s with them"
        .formatted(
            images,
            others.isEmpty() ? source : others,
            settings.integer(TrainingSettings.LABELS),
            source);
  }
}
