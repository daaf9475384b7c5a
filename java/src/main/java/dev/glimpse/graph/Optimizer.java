package dev.glimpse.graph;

import dev.glimpse.device.Buffer;
import dev.glimpse.ops.Site;
import java.util.List;

/** An update rule for a whole slab of parameters. */
public interface Optimizer {
  /** What the state slabs are called in a checkpoint, one each; they start as zeros. */
  List<String> stateNames();

  /** The largest norm that a gradient may have, 0 for any. */
  float maxNorm();

  /** The learning rate, until a schedule sets another one. */
  float learningRate();

  /** Emits the update. */
  void lower(Site site, Update update);

  /**
   * What an update works on.
   *
   * @param parameters the values, which it changes
   * @param gradients of the objective
   * @param states one slab per name
   * @param settings learning rate and largest norm
   * @param squaredNorm of the gradients; only computed where {@link #maxNorm} is not 0
   * @param size of each slab, in floats
   * @param gate 1 for an update, 0 for none; null for always
   * @param count the updates made, this one included; null where the plan's steps are counted
   */
  record Update(
      Buffer parameters,
      Buffer gradients,
      List<Buffer> states,
      Buffer settings,
      Buffer squaredNorm,
      int size,
      Buffer gate,
      Buffer count) {
    /** The same with other states. */
    public Update with(List<Buffer> others) {
      return new Update(parameters, gradients, others, settings, squaredNorm, size, gate, count);
    }
  }
}
