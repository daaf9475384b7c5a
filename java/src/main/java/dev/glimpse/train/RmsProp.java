package dev.glimpse.train;

import dev.glimpse.graph.Optimizer;
import dev.glimpse.ops.Site;
import java.util.List;

/**
 * RMSProp (Hinton, "Neural networks for machine learning", lecture 6e) with decoupled weight decay.
 *
 * @param smoothing the decay of the mean square
 * @param epsilon added to its root
 */
public record RmsProp(
    float learningRate, float smoothing, float epsilon, float weightDecay, float maxNorm)
    implements Optimizer {
  @Override
  public List<String> stateNames() {
    return List.of("meanSquare");
  }

  @Override
  public void lower(Site site, Update update) {
    SlabKernel.launch(
        site, update, "rmsprop", maxNorm, List.of(smoothing, epsilon, weightDecay), 9, 5);
  }
}
