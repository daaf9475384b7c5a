package dev.glimpse.cli.pictures;

import dev.glimpse.data.ImageSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.LatentModel;
import java.nio.FloatBuffer;
import java.nio.file.Path;

/** Shows images above what a model makes of them. */
public final class Reconstructions {
  /** The name of the picture in a run's samples. */
  public static final String FILE = "reconstructions.png";

  private static final int COLUMNS = 16;

  private Reconstructions() {}

  /** Writes rows of images, each above the row of their reconstructions. */
  public static void write(
      Path file, LatentModel model, ParameterStore store, DataShape shape, ImageSet images) {
    float[] originals = images.pixels();
    FloatBuffer reconstructed = reconstruct(model, store, shape, images);
    int columns = Math.min(COLUMNS, images.size());
    int rows = (images.size() + columns - 1) / columns;
    int rowLength = columns * shape.pixels();
    FloatBuffer picture = FloatBuffer.allocate(2 * rows * rowLength);
    for (int row = 0; row < rows; row++) {
      int length = Math.min(rowLength, originals.length - row * rowLength);
      picture.put(2 * row * rowLength, originals, row * rowLength, length);
      picture.put((2 * row + 1) * rowLength, reconstructed, row * rowLength, length);
    }
    Pictures.write(file, picture, shape, columns);
  }

  /** What a model makes of images, {@code [N, H W C]}, in their order. */
  public static FloatBuffer reconstruct(
      LatentModel model, ParameterStore store, DataShape shape, ImageSet images) {
    Example example = Example.input(images.size(), shape);
    try (Plan plan =
        new PlanBuilder(store).output("reconstructions", model.reconstruct(example)).build()) {
      plan.setState(0, 0);
      feed(plan, images);
      plan.run();
      return plan.read("reconstructions");
    }
  }

  /** Sets the inputs of a plan that takes images, and their labels if it takes these. */
  public static void feed(Plan plan, ImageSet images) {
    plan.set(Example.IMAGES, images.pixels());
    if (plan.hasInput(Example.LABELS)) {
      plan.set(Example.LABELS, Example.oneHot(images.labels(), images.classes()));
    }
  }
}
