package dev.glimpse.train;

import java.util.List;

/** A model that also draws given images again step by step, from a code of each step. */
public interface SequentialModel extends LatentModel, StepwiseModel {
  /** How given images are drawn again, from their most likely codes. */
  List<Glimpse> watchReconstruction(Example example);

  /** The filters of a row of the grid that reads; 0 where there is none. */
  int readSize();
}
