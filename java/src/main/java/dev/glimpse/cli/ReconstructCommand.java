package dev.glimpse.cli;

import dev.glimpse.cli.pictures.Animation;
import dev.glimpse.cli.pictures.Pictures;
import dev.glimpse.cli.pictures.Reconstructions;
import dev.glimpse.data.ImageSet;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows test images and what a trained model makes of them. */
@Command(
    name = "reconstruct",
    header = "Shows what a trained model makes of test images.",
    description = {
      "",
      "Encodes and decodes them and writes a PNG picture: rows of images, each above the row of"
          + " their reconstructions. The images are those that the model is judged by, drawn to"
          + " black and white if it was trained on such. With --animate, a model that draws glimpse"
          + " by glimpse (draw, cdraw, drawgan) shows how it goes: a green frame on the image where"
          + " it looks, a red one on the canvas where it writes.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  glimpse reconstruct runs/vae-... --count 64 --out reconstructions.png",
      "  glimpse reconstruct runs/draw-... --animate --count 8"
    })
final class ReconstructCommand implements Callable<Integer> {
  @Mixin private RunArguments run;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "32",
      description = "How many images (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "The picture (default: samples/reconstructions.png in the run; with --animate"
              + " samples/redrawing.gif, and a sheet beside it).")
  private Path out;

  @Option(names = "--animate", description = "Show how the images are drawn, glimpse by glimpse.")
  private boolean animate;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Pictures.checkCount(count);
    try (LoadedRun trained = run.open()) {
      ImageSet images = trained.asSeen(trained.data(null).test().first(count));
      if (animate) {
        Animation.ofReconstructions(
                trained.sequentialModel(), trained.store(), trained.shape(), images)
            .write(Animation.file(out, trained.run(), Animation.REDRAWING))
            .forEach(spec.commandLine().getOut()::println);
        return 0;
      }
      Path file = trained.picture(out, Reconstructions.FILE);
      Reconstructions.write(file, trained.latentModel(), trained.store(), trained.shape(), images);
      spec.commandLine().getOut().println(file);
    }
    return 0;
  }
}
