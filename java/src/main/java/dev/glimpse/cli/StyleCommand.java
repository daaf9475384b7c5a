package dev.glimpse.cli;

import dev.glimpse.cli.evaluation.StyleScore;
import dev.glimpse.cli.pictures.Pictures;
import dev.glimpse.cli.pictures.StyleTransfer;
import dev.glimpse.cli.progress.ImageProgress;
import dev.glimpse.data.ImageSet;
import dev.glimpse.metrics.MetricException;
import dev.glimpse.models.FrozenClassifier;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.SettingException;
import java.io.PrintWriter;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Draws all labels in the styles of test images. */
@Command(
    name = "style",
    header = "Draws all labels in the styles of test images.",
    description = {
      "",
      "For a model that was trained on labels and has codes (cvae, cvaegan). Each row of the PNG"
          + " picture begins with a test image; its code, which holds all but the label, is then"
          + " decoded under every label.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "Measures, with --measure:",
      "  label accuracy  the share of drawn digits that a classifier reads as the label asked for",
      "  slant, width    how closely those of the strokes follow the test image's: correlation, 1"
          + " at best",
      "",
      "Examples:",
      "  glimpse style runs/cvae-... --count 10 --out styles.png",
      "  glimpse style runs/cvae-... --measure"
    })
final class StyleCommand implements Callable<Integer> {
  private static final int MEASURED = 1000;

  @Mixin private RunArguments run;

  @Option(
      names = "--count",
      paramLabel = "ROWS",
      defaultValue = "10",
      description = "How many test images, their labels in turn (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The picture (default: samples/styles.png in the run).")
  private Path out;

  @Option(names = "--measure", description = "Also measure, over 1,000 test images and all labels.")
  private boolean measures;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Pictures.checkCount(count);
    try (LoadedRun trained = run.open()) {
      LatentModel model = trained.latentModel();
      if (!model.conditional()) {
        throw new SettingException(
            "a %s does not know labels; train a cvae for that"
                .formatted(trained.run().config().model()));
      }
      Pictures.checkCount((long) count * (1 + trained.shape().classes()));
      ImageSet test = trained.data(null).test();
      PrintWriter console = spec.commandLine().getOut();
      console.println(draw(trained, model, test));
      if (measures) {
        print(console, measure(trained, model, test));
      }
    }
    return 0;
  }

  private Path draw(LoadedRun trained, LatentModel model, ImageSet test) {
    DataShape shape = trained.shape();
    ImageSet seen = trained.asSeen(test);
    ImageSet sources = seen.labelsInTurn(count);
    float[] styled;
    try (var transfer = new StyleTransfer(model, trained.store(), shape, count)) {
      styled = transfer.transfer(sources);
    }
    int rowLength = shape.classes() * shape.pixels();
    FloatBuffer rows = FloatBuffer.allocate(count * (rowLength + shape.pixels()));
    for (int row = 0; row < count; row++) {
      sources.copyPixels(row, rows);
      rows.put(styled, row * rowLength, rowLength);
    }
    Path file = trained.picture(out, "styles.png");
    Pictures.write(file, rows.flip(), shape, 1 + shape.classes());
    return file;
  }

  private StyleScore measure(LoadedRun trained, LatentModel model, ImageSet test) {
    FrozenClassifier.check(trained.shape());
    int images = Math.min(MEASURED, test.size()) / StyleScore.BATCH * StyleScore.BATCH;
    if (images == 0) {
      throw new MetricException(
          "--measure takes %d test images or more; %s has %d"
              .formatted(StyleScore.BATCH, test.name(), test.size()));
    }
    ImageSet grey = test.first(images);
    ImageSet seen = trained.asSeen(grey);
    try (var progress = new ImageProgress("styles", images, spec.commandLine().getErr())) {
      return StyleScore.of(model, trained.store(), grey, seen, progress::done);
    }
  }

  private static void print(PrintWriter console, StyleScore score) {
    console.printf("%,d test images, each in all labels%n", score.images());
    console.printf("%-15s %6.2f%%%n", "label accuracy", 100 * score.labelAccuracy());
    console.printf("%-15s %6.3f%n", "slant", score.slant());
    console.printf("%-15s %6.3f%n", "width", score.width());
  }
}
