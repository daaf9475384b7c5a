package dev.glimpse.cli;

import dev.glimpse.cli.pictures.Pictures;
import dev.glimpse.cli.pictures.Reconstructions;
import dev.glimpse.data.DataException;
import dev.glimpse.data.ImageSet;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.SettingException;
import java.io.PrintWriter;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what lies between the codes of two images. */
@Command(
    name = "interpolate",
    header = "Shows what lies between the codes of two test images.",
    description = {
      "",
      "Walks in a straight line from one code to the other and writes a PNG picture. Each row"
          + " begins and ends with a test image; between them are the decoded steps. A conditional"
          + " model keeps the label of the first image.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  glimpse interpolate runs/vae-... --steps 12 --count 6 --out between.png"
    })
final class InterpolateCommand implements Callable<Integer> {
  private static final String CODES = "codes";
  private static final String TARGETS = "targets";

  @Mixin private RunArguments run;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "10",
      description = "Decoded images in a row (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--count",
      paramLabel = "ROWS",
      defaultValue = "8",
      description = "Pairs of images (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The picture (default: samples/interpolations.png in the run).")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (steps < 2) {
      throw new SettingException("--steps takes 2 or more, not " + steps);
    }
    Pictures.checkCount(count);
    Pictures.checkCount((long) count * steps);
    try (LoadedRun trained = run.open()) {
      ImageSet test = trained.data(null).test();
      if (test.size() < 2 * count) {
        throw new DataException(
            "%d rows take %d images; %s has %d"
                .formatted(count, 2 * count, test.name(), test.size()));
      }
      ImageSet ends = trained.asSeen(test.first(2 * count));
      LatentModel model = trained.latentModel();
      FloatBuffer codes = encode(trained, model, ends);
      FloatBuffer decoded = decode(trained, model, ends, between(codes, model.latent()));
      Path file = trained.picture(out, "interpolations.png");
      Pictures.write(file, rows(ends, decoded), trained.shape(), steps + 2);
      PrintWriter console = spec.commandLine().getOut();
      if (model.conditional()) {
        console.println("each row keeps the label of its first image");
      }
      console.println(file);
    }
    return 0;
  }

  /** The codes of images, each under the label of the first one of its row. */
  private static FloatBuffer encode(LoadedRun trained, LatentModel model, ImageSet images) {
    DataShape shape = trained.shape();
    Example example = Example.input(images.size(), shape);
    Tensor codes = model.encode(example);
    if (model.conditional()) {
      Tensor targets = Tensor.of(new Input(TARGETS, example.labels().shape()));
      codes = model.relabel(codes, example.labels(), targets);
    }
    try (Plan plan = new PlanBuilder(trained.store()).output(CODES, codes).build()) {
      Reconstructions.feed(plan, images);
      if (plan.hasInput(TARGETS)) {
        int[] ofRows =
            IntStream.range(0, images.size()).map(i -> images.label(i / 2 * 2)).toArray();
        plan.set(TARGETS, Example.oneHot(ofRows, shape.classes()));
      }
      plan.run();
      return plan.read(CODES);
    }
  }

  /** The codes of all steps, row by row, from those of the two ends of each row. */
  private float[] between(FloatBuffer codes, int latent) {
    float[] between = new float[count * steps * latent];
    for (int row = 0; row < count; row++) {
      for (int step = 0; step < steps; step++) {
        float share = step / (steps - 1f);
        for (int z = 0; z < latent; z++) {
          float from = codes.get(2 * row * latent + z);
          float to = codes.get((2 * row + 1) * latent + z);
          between[(row * steps + step) * latent + z] = (1 - share) * from + share * to;
        }
      }
    }
    return between;
  }

  private FloatBuffer decode(LoadedRun trained, LatentModel model, ImageSet ends, float[] codes) {
    DataShape shape = trained.shape();
    Tensor input = Tensor.of(new Input(CODES, Shape.of(count * steps, model.latent())));
    Tensor labels = model.conditional() ? Example.labelInput(count * steps, shape) : null;
    try (Plan plan =
        new PlanBuilder(trained.store()).output("images", model.decode(input, labels)).build()) {
      plan.set(CODES, codes);
      if (labels != null) {
        int[] ofRows =
            IntStream.range(0, count * steps).map(i -> ends.label(i / steps * 2)).toArray();
        plan.set(Example.LABELS, Example.oneHot(ofRows, shape.classes()));
      }
      plan.run();
      return plan.read("images");
    }
  }

  private FloatBuffer rows(ImageSet ends, FloatBuffer decoded) {
    int rowLength = steps * ends.pixelsPerImage();
    FloatBuffer picture = FloatBuffer.allocate(count * (rowLength + 2 * ends.pixelsPerImage()));
    for (int row = 0; row < count; row++) {
      ends.copyPixels(2 * row, picture);
      picture.put(decoded.slice(row * rowLength, rowLength));
      ends.copyPixels(2 * row + 1, picture);
    }
    return picture.flip();
  }
}
