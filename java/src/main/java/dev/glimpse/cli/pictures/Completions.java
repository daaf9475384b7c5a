package dev.glimpse.cli.pictures;

import dev.glimpse.data.ImageSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.train.CompletionModel;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import java.nio.FloatBuffer;
import java.nio.file.Path;

/**
 * Shows what a model makes of parts of images: a row of what is given, with grey where it is not,
 * rows of completions, and a row of the whole images.
 */
public final class Completions implements EpochPicture {
  private static final float UNKNOWN = 0.5f;

  private final Plan plan;
  private final DataShape shape;
  private final int count;
  private final int completions;
  private final float[] images;
  private final float[] given;

  /**
   * Compiles the graph of a row.
   *
   * @param images of which the part is given that the model is told
   * @param completions how often each is completed
   */
  public Completions(
      CompletionModel model,
      ParameterStore store,
      DataShape shape,
      ImageSet images,
      int completions) {
    this.shape = shape;
    this.count = images.size();
    this.completions = completions;
    this.images = images.pixels();
    this.given = store.read(model.given()).array();
    plan =
        new PlanBuilder(store)
            .output("completions", model.complete(Example.input(count, shape)))
            .build();
    plan.set(Example.IMAGES, this.images);
  }

  /** Writes the rows; the same seed gives the same completions. */
  @Override
  public void write(Path file, long seed) {
    FloatBuffer rows = FloatBuffer.allocate((completions + 2) * images.length);
    for (int i = 0; i < images.length; i++) {
      rows.put(given[i % given.length] > 0 ? images[i] : UNKNOWN);
    }
    plan.setState(seed, 0);
    for (int row = 0; row < completions; row++) {
      plan.run();
      rows.put(plan.read("completions"));
    }
    rows.put(images).flip();
    Pictures.write(file, rows, shape, count);
  }

  @Override
  public void close() {
    plan.close();
  }
}
