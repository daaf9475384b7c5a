package dev.glimpse.cli;

import dev.glimpse.cli.pictures.Animation;
import dev.glimpse.cli.pictures.Pictures;
import dev.glimpse.cli.pictures.Sampler;
import dev.glimpse.data.ClassNames;
import dev.glimpse.train.GenerativeModel;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.StepwiseModel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Draws new images from a trained model. */
@Command(
    name = "sample",
    header = "Draws new images from a trained model.",
    description = {
      "",
      "They are written side by side, as one PNG picture. With --animate, a model that draws"
          + " step by step (draw, cdraw, drawgan, flowmatch, cflowmatch) shows how: as an animated"
          + " GIF, and as a sheet of the canvases over the steps, with a red frame where DRAW"
          + " writes.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  glimpse sample runs/vae-...                        64 images",
      "  glimpse sample runs/cvae-...                       a row for each label",
      "  glimpse sample runs/cvae-... --label 3 --count 16 --out threes.png",
      "  glimpse sample runs/draw-... --animate             drawing.gif and drawing-sheet.png"
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
      description = "What to draw, for a model that was trained on labels: the name of a class.")
  private String label;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Of the codes (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "The picture (default: samples/sample.png in the run; with --animate"
              + " samples/drawing.gif, and the sheet beside it).")
  private Path out;

  @Option(names = "--animate", description = "Show how the images are drawn, glimpse by glimpse.")
  private boolean animate;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Pictures.checkCount(count == null ? COUNT : count);
    if (animate) {
      return animate();
    }
    try (LoadedRun trained = run.open();
        var sampler =
            new Sampler(
                trained.model(GenerativeModel.class, "samples"),
                trained.store(),
                trained.shape(),
                grid(trained))) {
      Path file = trained.picture(out, "sample.png");
      sampler.write(file, seed);
      spec.commandLine().getOut().println(file);
    }
    return 0;
  }

  private int animate() {
    try (LoadedRun trained = run.open()) {
      StepwiseModel model = trained.stepwiseModel();
      Sampler.Grid grid = grid(trained);
      Animation.ofSamples(model, trained.store(), trained.shape(), grid, seed)
          .write(Animation.file(out, trained.run(), Animation.DRAWING))
          .forEach(spec.commandLine().getOut()::println);
    }
    return 0;
  }

  private Sampler.Grid grid(LoadedRun trained) {
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
    return Sampler.Grid.ofLabel(count == null ? COUNT : count, label(trained.run().config()));
  }

  private int label(RunConfig config) {
    List<String> names =
        IntStream.range(0, config.shape().classes()).mapToObj(config::className).toList();
    int place = names.indexOf(label);
    if (place < 0) {
      throw new SettingException(
          "--label: there is no label %s, only %s".formatted(label, ClassNames.listed(names)));
    }
    return place;
  }
}
