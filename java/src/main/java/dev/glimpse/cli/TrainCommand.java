package dev.glimpse.cli;

import dev.glimpse.device.Device;
import dev.glimpse.models.Models;
import dev.glimpse.train.Checkpoint;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.Settings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Iterator;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a model, or goes on with a run. */
@Command(
    name = "train",
    header = "Trains a model, or goes on with a run.",
    description = {
      "",
      "A run is a folder with checkpoints, metrics, samples and a report. Without options the model"
          + " trains on built-in digits, for about a minute on two cores.",
      "The elbo is a lower bound on log p(x), in nats per image: higher is better. Grey pixels are"
          + " probabilities, drawn to black or white anew in each epoch (data.binarise=dynamic).",
      "Ctrl-C (or SIGTERM) ends a training after the step in flight, with a checkpoint, from which"
          + " --resume goes on as if it had never stopped; a second Ctrl-C ends it at once.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  glimpse train vae",
      "  glimpse train cvae --data mnist --epochs 50 --out runs/labels",
      "  glimpse train cvae --condition quadrants --set given=1",
      "  glimpse train vaegan --data mnist",
      "  glimpse train ssl-conv --data mnist --labels 100",
      "  glimpse train ssl --data DIR --labels 1000 --unlabelled FOLDER",
      "  glimpse train vae --set latent=50 hidden=200,200 activation=tanh train.patience=10",
      "  glimpse train --resume runs/labels --epochs 100"
    })
final class TrainCommand implements Callable<Integer> {
  private static final Set<String> NOT_KEPT = Set.of("--device", "--no-quality", "--verbose");

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      completionCandidates = ModelNames.class,
      description = "What to train: ${COMPLETION-CANDIDATES}.")
  private String model;

  @Option(
      names = "--data",
      paramLabel = "SOURCE",
      defaultValue = "digits",
      description =
          "digits (built in), mnist (downloaded once) or a folder, with four IDX files or with"
              + " pictures, scaled to data.size; its sub-folders are classes (default:"
              + " ${DEFAULT-VALUE}).")
  private String data;

  @Mixin private ComputeOptions compute;

  @Option(
      names = "--out",
      paramLabel = "RUN",
      description = "The folder of the run (default: runs/MODEL-TIME).")
  private Path out;

  @Option(
      names = "--resume",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "RUN",
      description =
          "Go on with a run (this or --out) from its last checkpoint, with its own settings;"
              + " --epochs may be larger.")
  private Path resumed;

  @Mixin private SettingOptions options;

  @Option(
      names = "--no-quality",
      description =
          "Do not measure in the end how good the model's images are, which takes a few seconds.")
  private boolean skipsQuality;

  @Option(
      names = "--verbose",
      description = "Tell what is kept in the device's memory, block by block.")
  private boolean verbose;

  @Option(names = "--settings", description = "List all settings of the model, and do nothing.")
  private boolean listsSettings;

  @Spec private CommandSpec spec;

  /** For the help. */
  static final class ModelNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Models.ALL.stream()
          .map(kind -> kind.name() + " (" + kind.description() + ")")
          .iterator();
    }
  }

  @Override
  public Integer call() {
    if (listsSettings) {
      SettingsTable.print(console(), kind().name(), kind().settings());
    } else if (resumed != null) {
      resume();
    } else {
      start();
    }
    return 0;
  }

  private Training training(RunFolder run) {
    return new Training(spec, "go on with: " + again(run.path()), verbose, skipsQuality);
  }

  /** The command that goes on, with those options that a run's folder does not keep. */
  private String again(Path folder) {
    var words = new StringJoiner(" ").add("./glimpse train --resume").add(quoted("" + folder));
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      String name = option.longestName();
      if (NOT_KEPT.contains(name)) {
        boolean flag = option.getValue() instanceof Boolean;
        words.add(flag ? name : name + "=" + quoted(option.originalStringValues().get(0)));
      }
    }
    return words.toString();
  }

  /** A word as a shell takes it. */
  private static String quoted(String word) {
    return word.matches("[\\w./:=,+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  private PrintWriter console() {
    return spec.commandLine().getOut();
  }

  private Models.Kind kind() {
    if (model == null) {
      throw new ParameterException(spec.commandLine(), "name a model, for example: train vae");
    }
    return Models.named(model);
  }

  private void start() {
    Models.Kind kind = kind();
    Settings settings = kind.settings();
    options.applyTo(settings);
    var task = TrainingTask.of(kind.name(), data, settings);
    try (Device opened = compute.open()) {
      Path folder = out == null ? freshFolder(kind.name()) : out;
      RunFolder run = task.run(folder, opened, compute);
      training(run).run(opened, task, run, false);
    }
  }

  private void resume() {
    Path folder = resumed.toString().isEmpty() ? out : resumed;
    if (folder == null) {
      throw new ParameterException(spec.commandLine(), "--resume needs the folder of a run");
    }
    if (folder != out && out != null) {
      throw new ParameterException(
          spec.commandLine(), "a run goes on in its own folder; leave out --out, or copy the run");
    }
    if (isGiven("--data")) {
      throw new ParameterException(
          spec.commandLine(), "a run goes on with its own images; leave out --data");
    }
    RunFolder run = RunFolder.open(folder);
    RunConfig config = run.config();
    if (model != null && !model.equals(config.model())) {
      throw new ParameterException(
          spec.commandLine(), folder + " trains a " + config.model() + ", not a " + model);
    }
    Settings settings = config.applyTo(Models.named(config.model()).settings());
    options.extend(settings);
    if (isGiven("--epochs")) {
      checkEpochs(run, settings.integer("train.epochs"));
    }
    var task = TrainingTask.of(run, settings);
    compute.complete(config.compute());
    try (Device opened = compute.open()) {
      run = run.with(config.with(settings).computedBy(compute.given()));
      training(run).run(opened, task, run, true);
    }
  }

  /** Whether an option is named, and has not just its default. */
  private boolean isGiven(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private void checkEpochs(RunFolder run, int epochs) {
    run.latest()
        .map(Checkpoint::readState)
        .map(state -> state.batch() > 0 ? state.epoch() + 1 : state.epoch())
        .filter(begun -> begun > epochs)
        .ifPresent(
            begun -> {
              throw new ParameterException(
                  spec.commandLine(),
                  "--epochs %d: %s is past that; give %d or more"
                      .formatted(epochs, run.path(), begun));
            });
  }

  /** To the millisecond, since trainings that are started side by side have no folder yet. */
  private static Path freshFolder(String model) {
    String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS"));
    return Path.of("runs", model + "-" + time);
  }
}
