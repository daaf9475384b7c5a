package dev.glimpse.train;

import dev.glimpse.ops.Tensor;
import java.util.List;

/** A model that draws an image step by step, and so can be watched. */
public interface StepwiseModel extends GenerativeModel {
  /**
   * One step.
   *
   * @param canvas the images so far, in [0, 1], {@code [N, H W C]}
   * @param read where it looked before, {@link dev.glimpse.nn.GaussianGrid}s {@code [N, 5]}; null
   *     where it looks at nothing, or everywhere
   * @param write where it drew, likewise
   */
  record Glimpse(Tensor canvas, Tensor read, Tensor write) {}

  /** How new images are drawn. Labels are as in {@link #sample}. */
  List<Glimpse> watchSample(int count, Tensor labels);

  /** The filters of a row of the grid that writes; 0 where there is none. */
  int writeSize();
}
