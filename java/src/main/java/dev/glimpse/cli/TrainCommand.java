package dev.glimpse.cli;

import dev.glimpse.data.Sources;
import dev.glimpse.data.Splits;
import dev.glimpse.device.Device;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.models.Models;
import dev.glimpse.train.Binarisation;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.LikelihoodModel;
import dev.glimpse.train.Measure;
import dev.glimpse.train.Model;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.Settings;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingListener;
import dev.glimpse.train.TrainingSettings;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
      "  glimpse train vae --set latent=50 hidden=200,200 activation=tanh train.patience=10",
      "  glimpse train --resume runs/labels --epochs 100"
    })
final class TrainCommand implements Callable<Integer> {
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
              + " pictures, scaled to data.size (default: ${DEFAULT-VALUE}).")
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
    Splits splits = load(data, settings);
    DataShape shape = DataShape.of(splits.train());
    Model created = kind.create().apply(shape, settings);
    try (Device opened = compute.open()) {
      var config =
          RunConfig.of(kind.name(), Sources.lasting(data), opened.info().name(), shape, settings);
      RunFolder run = RunFolder.create(out == null ? freshFolder(kind.name()) : out, config);
      train(opened, created, settings, splits, run, false);
    }
  }

  private void resume() {
    Path folder = resumed.toString().isEmpty() ? out : resumed;
    if (folder == null) {
      throw new ParameterException(spec.commandLine(), "--resume needs the folder of a run");
    }
    RunFolder run = RunFolder.open(folder);
    RunConfig config = run.config();
    if (model != null && !model.equals(config.model())) {
      throw new ParameterException(
          spec.commandLine(), folder + " trains a " + config.model() + ", not a " + model);
    }
    Settings settings = config.applyTo(Models.named(config.model()).settings());
    options.extend(settings);
    Splits splits = load(config.data(), settings);
    Model created = Models.named(config.model()).create().apply(config.shape(), settings);
    TrainedModel.checkShape(run, created, splits.train());
    try (Device opened = compute.open()) {
      run = run.with(config.with(settings));
      train(opened, created, settings, splits, run, true);
    }
  }

  private static Splits load(String source, Settings settings) {
    return Sources.load(
        source, TrainingSettings.imageFormat(settings), settings.integer("train.seed"));
  }

  private void train(
      Device opened, Model created, Settings settings, Splits splits, RunFolder run, boolean goOn) {
    introduce(opened, created, settings, splits, run);
    PrintWriter console = console();
    var listeners = new ArrayList<TrainingListener>();
    if (verbose) {
      listeners.add(new MemoryTable(console));
    }
    listeners.add(TerminalBar.isPossible() ? new EpochBar() : new EpochLines(console));
    listeners.add(new SampleGrids());
    var quality = new QualityRecorder(splits);
    if (!skipsQuality) {
      listeners.add(quality);
    }
    listeners.add(new ReportWriter());
    Evaluation test;
    try (var trainer = new Trainer(opened, created, settings, splits, run, listeners)) {
      if (goOn) {
        trainer.resume();
        console.printf("goes on after epoch %d%n", trainer.epoch());
      }
      test = trainer.train();
    }
    test.values()
        .forEach(
            (name, value) ->
                console.printf("test %s %s%n", name, Measure.named(name).number(value)));
    quality.print(console);
    console.println("report " + run.resolve("report.html"));
  }

  private void introduce(
      Device opened, Model created, Settings settings, Splits splits, RunFolder run) {
    PrintWriter console = console();
    long parameters = created.parameters().stream().mapToLong(ParameterSet::count).sum();
    int size = settings.integer("train.size");
    int images = splits.train().size();
    console.printf(
        "%s with %,d parameters, on %,d images of %s, on %s %s%n",
        run.config().model(),
        parameters,
        size > 0 ? Math.min(size, images) : images,
        run.config().data(),
        opened.info().id(),
        opened.info().name());
    console.printf("run %s%n", run.path());
    if (created instanceof LikelihoodModel && Binarisation.of(settings) != Binarisation.NONE) {
      console.println("the elbo is in nats per image: higher is better");
    }
    console.flush();
  }

  private static Path freshFolder(String model) {
    String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
    Path folder = Path.of("runs", model + "-" + time);
    for (int i = 2; Files.exists(folder); i++) {
      folder = Path.of("runs", model + "-" + time + "-" + i);
    }
    return folder;
  }
}
