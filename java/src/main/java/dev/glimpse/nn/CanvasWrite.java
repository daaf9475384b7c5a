package dev.glimpse.nn;

import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import java.util.List;

/** What DRAW's decoder adds to the canvas (Gregor et al. 2015, section 3). */
public interface CanvasWrite {
  /**
   * Writes.
   *
   * @param canvas {@code [N, H W C]}
   * @param hidden the decoder's state, {@code [N, hidden]}
   * @return the new canvas, {@code [N, H W C]}
   */
  Tensor apply(Tensor canvas, Tensor hidden);

  /** Where it writes: {@link GaussianGrid}s {@code [N, 5]}; null where it writes everywhere. */
  Tensor windows(Tensor hidden);

  List<Parameter> parameters();
}
