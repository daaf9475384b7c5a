package dev.glimpse.nn;

import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import java.util.List;

/** Writes everywhere (DRAW without attention, equation 18). */
public final class WholeWrite implements CanvasWrite {
  private final Linear strokes;

  /**
   * @param name of the layer
   * @param pixels of a canvas
   * @param hidden the width of the decoder's state
   */
  public WholeWrite(String name, int pixels, int hidden) {
    strokes = new Linear(name, hidden, pixels, Activation.NONE);
  }

  @Override
  public Tensor apply(Tensor canvas, Tensor hidden) {
    return Ops.add(canvas, strokes.apply(hidden));
  }

  @Override
  public Tensor windows(Tensor hidden) {
    return null;
  }

  @Override
  public List<Parameter> parameters() {
    return strokes.parameters();
  }
}
