package dev.glimpse.cli.pictures;

import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.GenerativeModel;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Draws new images from a model, a grid at a time. */
public final class Sampler implements EpochPicture {
  private final Plan plan;
  private final DataShape shape;
  private final int columns;

  /**
   * What a grid shows.
   *
   * @param count images
   * @param columns images in a row
   * @param labels one per image, for a model that takes them; else empty
   */
  public record Grid(int count, int columns, List<Integer> labels) {
    private static final int COLUMNS = 8;
    private static final int OF_EACH_LABEL = 10;

    /** A square for a model without labels, else a row for each label. */
    static Grid of(GenerativeModel model, DataShape shape) {
      return model.conditional()
          ? labelRows(shape.classes(), OF_EACH_LABEL)
          : plain(COLUMNS * COLUMNS);
    }

    /** Images without labels. */
    public static Grid plain(int count) {
      return new Grid(count, columns(count), List.of());
    }

    /** Images that all have one label. */
    public static Grid ofLabel(int count, int label) {
      return new Grid(count, columns(count), Collections.nCopies(count, label));
    }

    /** A row for each label. */
    public static Grid labelRows(int classes, int columns) {
      List<Integer> labels =
          IntStream.range(0, classes * columns).mapToObj(i -> i / columns).toList();
      return new Grid(classes * columns, columns, labels);
    }

    /** Eight, and more for a picture that would be higher than it is wide. */
    private static int columns(int count) {
      return Math.min(count, Math.max(COLUMNS, (int) Math.ceil(Math.sqrt(count))));
    }
  }

  /** Compiles the graph of a grid. */
  public Sampler(GenerativeModel model, ParameterStore store, DataShape shape, Grid grid) {
    this.shape = shape;
    this.columns = grid.columns();
    Tensor labels = grid.labels().isEmpty() ? null : Example.labelInput(grid.count(), shape);
    Tensor images = model.sample(grid.count(), labels);
    plan = new PlanBuilder(store).output("samples", images).build();
    if (labels != null) {
      plan.set(
          Example.LABELS,
          Example.oneHot(grid.labels().stream().mapToInt(i -> i).toArray(), shape.classes()));
    }
  }

  /** Writes a grid; the same seed gives the same codes. */
  @Override
  public void write(Path file, long seed) {
    Pictures.write(file, draw(seed), shape, columns);
  }

  /** The images of a grid, {@code [count, H W C]}; the same seed gives the same codes. */
  public FloatBuffer draw(long seed) {
    plan.setState(seed, 0);
    plan.run();
    return plan.read("samples");
  }

  @Override
  public void close() {
    plan.close();
  }
}
