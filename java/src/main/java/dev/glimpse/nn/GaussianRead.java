package dev.glimpse.nn;

import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.List;

/**
 * Reads an image and its error image through a grid of Gaussian filters that the decoder places
 * (DRAW, equation 27).
 */
public final class GaussianRead implements ImageRead {
  private final String name;
  private final Shape image;
  private final int size;
  private final Linear window;

  /**
   * @param name of the layer
   * @param image the shape of an image, {@code [H, W, C]}
   * @param hidden the width of the decoder's state
   * @param size the filters of a row and of a column
   */
  public GaussianRead(String name, Shape image, int hidden, int size) {
    this.name = name;
    this.image = image;
    this.size = size;
    window = new Linear(name + ".window", hidden, GaussianGrid.PARAMETERS, Activation.NONE);
  }

  @Override
  public Tensor apply(Tensor x, Tensor canvas, Tensor hidden) {
    return Scope.in(
        name,
        () -> {
          Tensor patches =
              Ops.attentionRead(images(x, image), images(canvas, image), windows(hidden), size);
          return Ops.reshape(patches, Shape.of(x.shape().rows(), width()));
        });
  }

  /** Rows as images. */
  static Tensor images(Tensor rows, Shape image) {
    return Ops.reshape(
        rows,
        Shape.of(rows.shape().rows(), image.dimension(0), image.dimension(1), image.dimension(2)));
  }

  @Override
  public int width() {
    return 2 * size * size * image.columns();
  }

  @Override
  public Tensor windows(Tensor hidden) {
    return window.apply(hidden);
  }

  @Override
  public List<Parameter> parameters() {
    return window.parameters();
  }
}
