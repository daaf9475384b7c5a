package dev.glimpse.cli;

import dev.glimpse.cli.evaluation.ClassificationRecorder;
import dev.glimpse.cli.evaluation.QualityRecorder;
import dev.glimpse.cli.pictures.SampleGrids;
import dev.glimpse.cli.progress.EpochBar;
import dev.glimpse.cli.progress.EpochLines;
import dev.glimpse.cli.progress.MemoryTable;
import dev.glimpse.cli.progress.TerminalBar;
import dev.glimpse.cli.progress.WeightsLine;
import dev.glimpse.cli.report.ReportWriter;
import dev.glimpse.data.ClassNames;
import dev.glimpse.data.ImageSet;
import dev.glimpse.device.Device;
import dev.glimpse.train.Binarisation;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.LikelihoodModel;
import dev.glimpse.train.Measure;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingListener;
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
   * Trains a model.
   *
   * @param run of the task
   * @param goesOn whether from the run's last checkpoint
   * @return the evaluation on test images
   * @throws StoppedException when a signal stopped it
   */
  Evaluation run(Device device, TrainingTask task, RunFolder run, boolean goesOn) {
    PrintWriter console = console();
    introduce(device, task, run);
    var listeners = new ArrayList<TrainingListener>();
    if (verbose) {
      listeners.add(new MemoryTable(console));
    }
    listeners.add(new WeightsLine(console));
    listeners.add(TerminalBar.isPossible() ? new EpochBar() : new EpochLines(console));
    listeners.add(new SampleGrids());
    var quality = new QualityRecorder(task.splits());
    if (!skipsQuality) {
      listeners.add(quality);
    }
    var classification = new ClassificationRecorder();
    listeners.add(classification);
    listeners.add(new ReportWriter());
    Evaluation test;
    var signals = new StopSignals(spec.commandLine().getErr());
    try (signals;
        var trainer =
            new Trainer(device, task.model(), task.settings(), task.splits(), run, listeners)) {
      if (goesOn) {
        trainer.resume();
        console.println("goes on after " + place(trainer));
      }
      signals.stop(trainer);
      test = trainer.train().orElseThrow(() -> stopped(trainer, signals));
      if (trainer.epoch() < task.settings().integer("train.epochs")) {
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

  private void introduce(Device device, TrainingTask task, RunFolder run) {
    PrintWriter console = console();
    console.printf(
        "%s with %,d parameters, on %s, on %s %s%n",
        task.kind(),
        task.model().parameterCount(),
        task.images(),
        device.info().id(),
        device.description());
    ImageSet train = task.splits().train();
    if (!train.classNames().equals(ClassNames.numbers(train.classes()))) {
      console.printf("classes %s%n", ClassNames.listed(train.classNames()));
    }
    console.printf("run %s%n", run.path());
    if (task.model() instanceof LikelihoodModel
        && Binarisation.of(task.settings()) != Binarisation.NONE) {
      console.println("the elbo is in nats per image: higher is better");
    }
    console.flush();
  }
}
