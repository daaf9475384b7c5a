package dev.glimpse.nn;

import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import java.util.List;

/**
 * Reads all of an image and of its error image (DRAW without attention, equation 17).
 *
 * @param pixels of an image
 */
public record WholeRead(int pixels) implements ImageRead {
  @Override
  public Tensor apply(Tensor x, Tensor canvas, Tensor hidden) {
    return Ops.concat(List.of(x, Ops.subtract(x, Ops.sigmoid(canvas))));
  }

  @Override
  public int width() {
    return 2 * pixels;
  }

  @Override
  public Tensor windows(Tensor hidden) {
    return null;
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }
}
