package dev.glimpse.cli;

import dev.glimpse.cli.evaluation.Classification;
import dev.glimpse.cli.evaluation.ClassificationFile;
import dev.glimpse.cli.progress.Clock;
import dev.glimpse.data.Sources;
import dev.glimpse.device.Device;
import dev.glimpse.models.Models;
import dev.glimpse.train.DivergedException;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import dev.glimpse.train.TrainingSettings;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains semi-supervised models on few labels: networks x labels x seeds. */
@Command(
    name = "ssl",
    header = "Test errors of semi-supervised models, by the number of labels.",
    description = {
      "",
      "Trains every model on every number of labels with every seed, one run each, in folders of"
          + " --out. Each finished run adds a line to results.jsonl there. The same command again"
          + " skips what is finished and goes on with what was interrupted, for example by Ctrl-C,"
          + " at the step where it was. Ends with the table:"
          + " mean and standard deviation over seeds, on MNIST beside what others have reached.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  glimpse experiments ssl",
      "  glimpse experiments ssl --models ssl-conv --labels 100 --seeds 1,2,3 --epochs 100",
      "  glimpse experiments ssl --data digits --models ssl --labels 50 --seeds 1 --epochs 2"
    })
final class SemiSupervisedExperiments implements Callable<Integer> {
  @Option(
      names = "--models",
      split = ",",
      paramLabel = "MODEL",
      defaultValue = "ssl,ssl-conv",
      description = "Semi-supervised models (default: ${DEFAULT-VALUE}).")
  private List<String> models;

  @Option(
      names = "--labels",
      split = ",",
      paramLabel = "N",
      defaultValue = "1000,600,100",
      description = "Numbers of labels that they are told (default: ${DEFAULT-VALUE}).")
  private List<Integer> labels;

  @Option(
      names = "--seeds",
      split = ",",
      paramLabel = "SEED",
      defaultValue = "1,2,3,4,5",
      description =
          "Each draws its own labelled images, weights and noise (default: ${DEFAULT-VALUE}).")
  private List<Integer> seeds;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the training images (default: each model's own).")
  private Integer epochs;

  @Option(
      names = "--data",
      paramLabel = "SOURCE",
      defaultValue = "mnist",
      description = "As for 'train' (default: ${DEFAULT-VALUE}).")
  private String data;

  @Mixin private ComputeOptions compute;

  @Option(
      names = "--set",
      arity = "1..*",
      paramLabel = "NAME=VALUE",
      description = "Set any setting, of all models.")
  private final List<String> others = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      defaultValue = "runs/ssl-table",
      description = "The folder of the table (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<ExperimentCell> cells = cells();
    cells.forEach(this::check);
    // Before the first hour is spent: whether there are as many labels.
    labels.stream()
        .distinct()
        .map(count -> new ExperimentCell(models.get(0), count, seeds.get(0)))
        .forEach(cell -> TrainingTask.of(cell.model(), data, settings(cell)));
    Path file = out.resolve("results.jsonl");
    var results = new ExperimentResults(file);
    results.of(cells).forEach(result -> check(result, file));
    boolean whole = train(cells, results);
    List<ExperimentResults.Result> finished = results.of(cells);
    if (!finished.isEmpty()) {
      var convolutional = data.equals("mnist") ? convolutional() : Map.<String, Boolean>of();
      ExperimentTable.of(finished, convolutional).print(console());
    }
    return whole ? 0 : 1;
  }

  private PrintWriter console() {
    return spec.commandLine().getOut();
  }

  /** Seeds last, so that a table that was interrupted has all its rows as early as can be. */
  private List<ExperimentCell> cells() {
    var cells = new ArrayList<ExperimentCell>();
    for (int seed : seeds) {
      for (int count : labels) {
        for (String model : models) {
          cells.add(new ExperimentCell(model, count, seed));
        }
      }
    }
    return cells.stream().distinct().toList();
  }

  private Settings settings(ExperimentCell cell) {
    Settings settings = Models.named(cell.model()).settings();
    if (!TrainingSettings.isSemiSupervised(settings)) {
      throw new SettingException(
          "--models: a %s is not semi-supervised; such as ssl are".formatted(cell.model()));
    }
    others.forEach(settings::set);
    settings.set(TrainingSettings.LABELS, String.valueOf(cell.labels()));
    settings.set("train.seed", String.valueOf(cell.seed()));
    if (epochs != null) {
      settings.set("train.epochs", String.valueOf(epochs));
    }
    return settings;
  }

  /** Stops before a run goes on with settings that it was not started with. */
  private void check(ExperimentCell cell) {
    Settings settings = settings(cell);
    Path folder = out.resolve(cell.folder());
    if (!isThere(folder)) {
      return;
    }
    RunConfig config = RunFolder.open(folder).config();
    String differences =
        settings.all().stream()
            .filter(s -> config.settings().containsKey(s.name()))
            .filter(s -> !config.settings().get(s.name()).equals(String.valueOf(s.value())))
            .map(s -> "%s %s".formatted(s.name(), config.settings().get(s.name())))
            .collect(Collectors.joining(", "));
    if (!config.data().equals(Sources.lasting(data))) {
      differences = "--data " + config.data();
    }
    if (!differences.isEmpty()) {
      throw new SettingException(
          "%s was trained with other settings (%s); choose another --out"
              .formatted(folder, differences));
    }
  }

  /** Stops before a result that is kept, though its run may be gone, is told as one of --data. */
  private void check(ExperimentResults.Result result, Path file) {
    if (!Sources.lasting(data).equals(result.data())) {
      throw new SettingException(
          "%s: %s was trained with other settings (--data %s); choose another --out"
              .formatted(file, result.cell().described(), result.data()));
    }
  }

  private static boolean isThere(Path folder) {
    return Files.exists(folder.resolve("config.json"));
  }

  /** Trains what is not finished; returns whether all is then. */
  private boolean train(List<ExperimentCell> cells, ExperimentResults results) {
    var left = new ArrayList<>(cells);
    left.removeIf(results::has);
    console().printf("%d of %d runs are finished%n", cells.size() - left.size(), cells.size());
    if (left.isEmpty()) {
      return true;
    }
    boolean whole = true;
    try (Device opened = compute.open()) {
      while (!left.isEmpty()) {
        ExperimentCell cell = left.get(0);
        int number = cells.size() - left.size() + 1;
        console()
            .printf(
                "%nrun %d of %d: %s%s%n",
                number, cells.size(), cell.described(), eta(results, left));
        console().flush();
        try {
          results.add(train(opened, cell));
        } catch (DivergedException e) {
          // The other runs are worth having all the same.
          spec.commandLine()
              .getErr()
              .println("glimpse: " + cell.described() + ": " + e.getMessage());
          spec.commandLine().getErr().flush();
          whole = false;
        }
        left.remove(0);
      }
    }
    console().println();
    return whole;
  }

  private static String eta(ExperimentResults results, List<ExperimentCell> left) {
    var seconds = results.secondsFor(left);
    return seconds.isEmpty()
        ? ""
        : "  ETA of all that is left " + Clock.format(seconds.getAsDouble());
  }

  private ExperimentResults.Result train(Device opened, ExperimentCell cell) {
    Settings settings = settings(cell);
    Path folder = out.resolve(cell.folder());
    var training = new Training(spec, "the same command goes on", false, true);
    RunFolder run;
    Evaluation test;
    if (isThere(folder)) {
      run = RunFolder.open(folder);
      test = training.run(opened, TrainingTask.of(run, settings), run, true);
    } else {
      var task = TrainingTask.of(cell.model(), data, settings);
      run = task.run(folder, opened, compute);
      test = training.run(opened, task, run, false);
    }
    Classification classification =
        new ClassificationFile(run)
            .read()
            .orElseThrow(() -> new SettingException("a " + cell.model() + " reads no labels"));
    return new ExperimentResults.Result(
        cell.model(),
        cell.labels(),
        cell.seed(),
        run.config().data(),
        test.epoch(),
        Math.round(test.seconds() * 10) / 10.0,
        errors(classification, Classification.VALIDATION),
        errors(classification, Classification.TEST));
  }

  private static Map<String, Double> errors(Classification classification, String part) {
    var errors = new LinkedHashMap<String, Double>();
    classification.classifiers().forEach(c -> errors.put(c.name(), c.errors().get(part)));
    return errors;
  }

  /** Which of the models are of convolutions. */
  private Map<String, Boolean> convolutional() {
    return models.stream()
        .distinct()
        .collect(
            Collectors.toMap(
                Function.identity(),
                model ->
                    settings(new ExperimentCell(model, labels.get(0), seeds.get(0))).all().stream()
                        .filter(s -> s.name().equals("network"))
                        .anyMatch(s -> Objects.equals(s.value(), "conv"))));
  }
}
