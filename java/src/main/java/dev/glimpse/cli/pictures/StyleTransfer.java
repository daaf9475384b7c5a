package dev.glimpse.cli.pictures;

import dev.glimpse.data.ImageSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.LatentModel;
import java.util.stream.IntStream;

/**
 * Draws every label in the style of an image: the image's code, read under its own label, is
 * decoded under all of them.
 */
public final class StyleTransfer implements AutoCloseable {
  private static final String TARGETS = "targets";

  private final Plan plan;

  /**
   * Compiles the graph.
   *
   * @param model a conditional one
   * @param count images at once
   */
  public StyleTransfer(LatentModel model, ParameterStore store, DataShape shape, int count) {
    int classes = shape.classes();
    Example example = Example.input(count, shape);
    Tensor codes = Ops.repeat(model.encode(example), classes);
    Tensor targets = Tensor.of(new Input(TARGETS, Shape.of(count * classes, classes)));
    Tensor styles = model.relabel(codes, Ops.repeat(example.labels(), classes), targets);
    plan = new PlanBuilder(store).output("images", model.decode(styles, targets)).build();
    int[] labels = IntStream.range(0, count * classes).map(i -> i % classes).toArray();
    plan.set(TARGETS, Example.oneHot(labels, classes));
  }

  /** Of each image all labels in its style, {@code [count, K, H W C]}. */
  public float[] transfer(ImageSet images) {
    plan.setState(0, 0);
    Reconstructions.feed(plan, images);
    plan.run();
    return plan.read("images").array();
  }

  @Override
  public void close() {
    plan.close();
  }
}
