package dev.glimpse.cli.pictures;

import dev.glimpse.data.ImageSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.nn.GaussianGrid;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.SequentialModel;
import dev.glimpse.train.StepwiseModel;
import dev.glimpse.train.StepwiseModel.Glimpse;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * How a model drew some images, glimpse by glimpse.
 *
 * @param shape of an image
 * @param count images
 * @param originals what was drawn again, {@code [count, H W C]}; null for new images
 * @param glimpses in their order
 * @param readSize the filters of a row of the grid that reads
 * @param writeSize and of that which writes
 */
record Drawing(
    DataShape shape,
    int count,
    FloatBuffer originals,
    List<Stage> glimpses,
    int readSize,
    int writeSize) {
  /**
   * All images after a glimpse.
   *
   * @param canvas {@code [count, H W C]}
   * @param read windows {@code [count, 5]}; null where there are none
   * @param write likewise
   */
  record Stage(FloatBuffer canvas, FloatBuffer read, FloatBuffer write) {}

  /** Draws new images; the same seed gives the same ones. */
  static Drawing ofSamples(
      StepwiseModel model, ParameterStore store, DataShape shape, Sampler.Grid grid, long seed) {
    Tensor labels = grid.labels().isEmpty() ? null : Example.labelInput(grid.count(), shape);
    List<Glimpse> glimpses = model.watchSample(grid.count(), labels);
    try (Plan plan = plan(store, glimpses)) {
      if (labels != null) {
        int[] asked = grid.labels().stream().mapToInt(i -> i).toArray();
        plan.set(Example.LABELS, Example.oneHot(asked, shape.classes()));
      }
      plan.setState(seed, 0);
      plan.run();
      List<Stage> stages = stages(plan, glimpses.size());
      return new Drawing(shape, grid.count(), null, stages, 0, model.writeSize());
    }
  }

  /** Draws given images again. */
  static Drawing ofReconstructions(
      SequentialModel model, ParameterStore store, DataShape shape, ImageSet images) {
    List<Glimpse> glimpses = model.watchReconstruction(Example.input(images.size(), shape));
    try (Plan plan = plan(store, glimpses)) {
      Reconstructions.feed(plan, images);
      plan.run();
      return new Drawing(
          shape,
          images.size(),
          FloatBuffer.wrap(images.pixels()),
          stages(plan, glimpses.size()),
          model.readSize(),
          model.writeSize());
    }
  }

  private static Plan plan(ParameterStore store, List<Glimpse> glimpses) {
    var builder = new PlanBuilder(store);
    for (int t = 0; t < glimpses.size(); t++) {
      Glimpse glimpse = glimpses.get(t);
      builder.output("canvas " + t, glimpse.canvas());
      if (glimpse.read() != null) {
        builder.output("read " + t, glimpse.read());
      }
      if (glimpse.write() != null) {
        builder.output("write " + t, glimpse.write());
      }
    }
    return builder.build();
  }

  private static List<Stage> stages(Plan plan, int glimpses) {
    var stages = new ArrayList<Stage>();
    for (int t = 0; t < glimpses; t++) {
      stages.add(
          new Stage(copy(plan, "canvas " + t), copy(plan, "read " + t), copy(plan, "write " + t)));
    }
    return stages;
  }

  private static FloatBuffer copy(Plan plan, String output) {
    if (!plan.outputs().contains(output)) {
      return null;
    }
    FloatBuffer values = plan.read(output);
    return FloatBuffer.allocate(values.remaining()).put(values).flip();
  }

  /** Where the window of an image lies; null where there is none. */
  GaussianGrid grid(FloatBuffer windows, int image, int size) {
    if (windows == null) {
      return null;
    }
    float[] numbers = new float[GaussianGrid.PARAMETERS];
    windows.get(image * numbers.length, numbers);
    return GaussianGrid.of(numbers, shape.width(), shape.height(), size);
  }
}
