package dev.glimpse.cli;

import dev.glimpse.train.GenerativeModel;
import dev.glimpse.train.SettingException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Draws new images from a trained model. */
@Command(
    name = "sample",
    header = "Draws new images from a trained model.",
    description = {"", "They are written side by side, as one PNG picture.", ""},
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  glimpse sample runs/vae-...                        64 images",
      "  glimpse sample runs/cvae-...                       a row for each label",
      "  glimpse sample runs/cvae-... --label 3 --count 16 --out threes.png"
    })
final class SampleCommand implements Callable<Integer> {
  private static final int COUNT = 64;
  private static final int OF_EACH_LABEL = 10;

  @Mixin private RunArguments run;

  @Option(
      names = "--count",
      paramLabel = "N",
      description =
          "How many images (default: 64). Without --label, a conditional model draws as many of"
              + " each label, at least N in all (default: 10 of each).")
  private Integer count;

  @Option(
      names = "--label",
      paramLabel = "LABEL",
      description = "What to draw, for a model that was trained on labels.")
  private Integer label;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Of the codes (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The picture (default: samples/sample.png in the run).")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Pictures.checkCount(count == null ? COUNT : count);
    try (TrainedModel trained = run.open();
        var sampler =
            new Sampler(
                trained.model(GenerativeModel.class, "samples"),
                trained.store(),
                trained.shape(),
                grid(trained))) {
      Path file = out == null ? trained.run().resolve("samples").resolve("sample.png") : out;
      sampler.write(file, seed);
      spec.commandLine().getOut().println(file);
    }
    return 0;
  }

  private Sampler.Grid grid(TrainedModel trained) {
    int classes = trained.shape().classes();
    if (!trained.model().conditional()) {
      if (label != null) {
        throw new SettingException(
            "--label: a %s does not know labels; train a cvae for that"
                .formatted(trained.run().config().model()));
      }
      return Sampler.Grid.plain(count == null ? COUNT : count);
    }
    if (label == null) {
      int ofEach = count == null ? OF_EACH_LABEL : (count + classes - 1) / classes;
      return Sampler.Grid.labelRows(classes, ofEach);
    }
    if (label < 0 || label >= classes) {
      throw new SettingException(
          "--label: there is no label %d, only 0 to %d".formatted(label, classes - 1));
    }
    return Sampler.Grid.ofLabel(count == null ? COUNT : count, label);
  }
}
