package dev.glimpse.nn;

import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.List;

/**
 * Writes a patch through a grid of Gaussian filters; the decoder gives both (DRAW, equations 28 and
 * 29), out of one product.
 */
public final class GaussianWrite implements CanvasWrite {
  private final String name;
  private final Shape image;
  private final int size;
  private final boolean recompute;
  private final Linear patchAndWindow;

  /**
   * @param name of the layer
   * @param image the shape of an image, {@code [H, W, C]}
   * @param hidden the width of the decoder's state
   * @param size the filters of a row and of a column
   * @param recompute whether the backward pass computes each canvas again, from the one after it,
   *     rather than keep all
   */
  public GaussianWrite(String name, Shape image, int hidden, int size, boolean recompute) {
    this.name = name;
    this.image = image;
    this.size = size;
    this.recompute = recompute;
    int width = size * size * image.columns() + GaussianGrid.PARAMETERS;
    patchAndWindow = new Linear(name + ".patch", hidden, width, Activation.NONE);
  }

  @Override
  public Tensor apply(Tensor canvas, Tensor hidden) {
    return Scope.in(
        name,
        () -> {
          List<Tensor> parts = parts(hidden);
          int count = canvas.shape().rows();
          Tensor patches = Ops.reshape(parts.get(0), Shape.of(count, size, size, image.columns()));
          Tensor written =
              Ops.attentionWrite(
                  GaussianRead.images(canvas, image), patches, parts.get(1), recompute);
          return Ops.reshape(written, canvas.shape());
        });
  }

  private List<Tensor> parts(Tensor hidden) {
    int patch = size * size * image.columns();
    return Ops.split(patchAndWindow.apply(hidden), List.of(patch, GaussianGrid.PARAMETERS));
  }

  @Override
  public Tensor windows(Tensor hidden) {
    return parts(hidden).get(1);
  }

  @Override
  public List<Parameter> parameters() {
    return patchAndWindow.parameters();
  }
}
