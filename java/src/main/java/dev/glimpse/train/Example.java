package dev.glimpse.train;

import dev.glimpse.ops.Input;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;

/**
 * A batch in a graph.
 *
 * @param images {@code [N, H W C]}
 * @param labels one-hot, {@code [N, K]}; null where the data has none
 * @param unlabelled more images, {@code [M, H W C]}, in the training of a semi-supervised model;
 *     else null
 */
public record Example(Tensor images, Tensor labels, Tensor unlabelled) {
  /** The names of the inputs. */
  public static final String IMAGES = "images";

  public static final String LABELS = "labels";
  public static final String UNLABELLED = "unlabelled";

  /** Images without others beside them. */
  public Example(Tensor images, Tensor labels) {
    this(images, labels, null);
  }

  /** Fresh inputs for batches of data. */
  public static Example input(int batch, DataShape data) {
    Tensor images = Tensor.of(new Input(IMAGES, Shape.of(batch, data.pixels())));
    return new Example(images, labelInput(batch, data));
  }

  /** Fresh inputs for images without labels. */
  static Tensor unlabelledInput(int batch, DataShape data) {
    return Tensor.of(new Input(UNLABELLED, Shape.of(batch, data.pixels())));
  }

  /** Fresh inputs for labels alone; null where there are no classes. */
  public static Tensor labelInput(int batch, DataShape data) {
    return data.classes() == 0
        ? null
        : Tensor.of(new Input(LABELS, Shape.of(batch, data.classes())));
  }
}
