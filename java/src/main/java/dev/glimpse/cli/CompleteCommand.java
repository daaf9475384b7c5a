package dev.glimpse.cli;

import dev.glimpse.cli.pictures.Completions;
import dev.glimpse.cli.pictures.Pictures;
import dev.glimpse.data.ImageSet;
import dev.glimpse.data.PictureList;
import dev.glimpse.train.CompletionModel;
import dev.glimpse.train.SettingException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows how a trained model completes images. */
@Command(
    name = "complete",
    header = "Shows how a trained model completes images of which a part is given.",
    description = {
      "",
      "For a model that was trained with --condition quadrants. Writes a PNG picture with a column"
          + " for each image: what is given, on grey; several completions, each drawn anew; and the"
          + " whole image.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  glimpse train cvae --condition quadrants --set given=1",
      "  glimpse complete runs/cvae-... --count 16 --completions 8",
      "  glimpse complete runs/cvae-... --image my3.png my7.png --out completed.png"
    })
final class CompleteCommand implements Callable<Integer> {
  @Mixin private RunArguments run;

  @Option(
      names = "--image",
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Pictures to complete in place of test images, named after RUN; they are cut to a square"
              + " and scaled.")
  private List<Path> files = List.of();

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "10",
      description = "How many test images (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--completions",
      paramLabel = "K",
      defaultValue = "4",
      description = "How often each is completed (default: ${DEFAULT-VALUE}).")
  private int completions;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Of the completions (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The picture (default: samples/completions.png in the run).")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (completions < 1) {
      throw new SettingException("--completions takes 1 or more, not " + completions);
    }
    Pictures.checkCount(count);
    Pictures.checkCount((files.isEmpty() ? count : files.size()) * (completions + 2L));
    try (LoadedRun trained = run.open()) {
      CompletionModel model =
          trained.model(
              CompletionModel.class,
              "completions; train a cvae with --condition quadrants for that");
      ImageSet images = trained.asSeen(images(trained));
      Path file = trained.picture(out, "completions.png");
      try (var picture =
          new Completions(model, trained.store(), trained.shape(), images, completions)) {
        picture.write(file, seed);
      }
      spec.commandLine().getOut().println(file);
    }
    return 0;
  }

  private ImageSet images(LoadedRun trained) {
    return files.isEmpty()
        ? trained.data(null).test().first(count)
        : PictureList.read(files, trained.pictureFormat());
  }
}
