package dev.glimpse.cli;

import dev.glimpse.data.ImageSet;
import dev.glimpse.train.Binarisation;
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
          + " black and white if it was trained on such.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  glimpse reconstruct runs/vae-... --count 64 --out reconstructions.png"
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
      description = "The picture (default: samples/reconstructions.png in the run).")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Pictures.checkCount(count);
    try (TrainedModel trained = run.open()) {
      Binarisation binarisation = Binarisation.of(trained.settings());
      ImageSet images = binarisation.forEvaluation(trained.data(null).test().first(count));
      Path file =
          out == null ? trained.run().resolve("samples").resolve("reconstructions.png") : out;
      Reconstructions.write(file, trained.latentModel(), trained.store(), trained.shape(), images);
      spec.commandLine().getOut().println(file);
    }
    return 0;
  }
}
