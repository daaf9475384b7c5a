package dev.glimpse.nn;

import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import java.util.List;

/** What DRAW's encoder sees of an image and of its error image (Gregor et al. 2015, section 3). */
public interface ImageRead {
  /**
   * Reads.
   *
   * @param x images {@code [N, H W C]}
   * @param canvas the logits of what has been drawn of them, {@code [N, H W C]}
   * @param hidden the decoder's state, {@code [N, hidden]}
   * @return {@code [N, width]}
   */
  Tensor apply(Tensor x, Tensor canvas, Tensor hidden);

  /** The width of what is read. */
  int width();

  /** Where it reads: {@link GaussianGrid}s {@code [N, 5]}; null where it sees all. */
  Tensor windows(Tensor hidden);

  List<Parameter> parameters();
}
