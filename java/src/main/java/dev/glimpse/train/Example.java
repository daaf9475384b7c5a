package dev.glimpse.train;

import dev.glimpse.ops.Input;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A batch in a graph.
 *
 * @param images {@code [N, H W C]}
 * @param labels one-hot, {@code [N, K]}; null where the data has none
 * @param unlabelled more images, {@code [M, H W C]}, in the training of a semi-supervised model;
 *     else null
 * @param distorted the unlabelled images once more, each changed at random; else null
 */
public record Example(Tensor images, Tensor labels, Tensor unlabelled, Tensor distorted) {
  /** The names of the inputs. */
  public static final String IMAGES = "images";

  public static final String LABELS = "labels";
  public static final String UNLABELLED = "unlabelled";
  public static final String DISTORTED = "distorted";

  /** All of them; a plan has those that its graph reads. */
  public static final List<String> INPUTS = List.of(IMAGES, LABELS, UNLABELLED, DISTORTED);

  /** Images without others beside them. */
  public Example(Tensor images, Tensor labels) {
    this(images, labels, null, null);
  }

  /** Fresh inputs for batches of data. */
  public static Example input(int batch, DataShape data) {
    return new Example(imageInput(IMAGES, batch, data), labelInput(batch, data));
  }

  /**
   * Fresh inputs for a semi-supervised model.
   *
   * @param labelled how many images have labels
   * @param unlabelled how many have none
   */
  static Example semiSupervisedInput(int labelled, int unlabelled, DataShape data) {
    Example known = input(labelled, data);
    return new Example(
        known.images(),
        known.labels(),
        imageInput(UNLABELLED, unlabelled, data),
        imageInput(DISTORTED, unlabelled, data));
  }

  private static Tensor imageInput(String name, int batch, DataShape data) {
    return Tensor.of(new Input(name, Shape.of(batch, data.pixels())));
  }

  /** The same with all its images changed. */
  Example map(UnaryOperator<Tensor> change) {
    return new Example(
        change.apply(images),
        labels,
        unlabelled == null ? null : change.apply(unlabelled),
        distorted == null ? null : change.apply(distorted));
  }

  /** Fresh inputs for labels alone; null where there are no classes. */
  public static Tensor labelInput(int batch, DataShape data) {
    return data.classes() == 0
        ? null
        : Tensor.of(new Input(LABELS, Shape.of(batch, data.classes())));
  }

  /** What such an input is set to, {@code [N, K]}. */
  public static float[] oneHot(int[] labels, int classes) {
    float[] values = new float[labels.length * classes];
    for (int i = 0; i < labels.length; i++) {
      values[i * classes + labels[i]] = 1;
    }
    return values;
  }
}
