package dev.glimpse.train;

import dev.glimpse.graph.Optimizer;
import dev.glimpse.ops.Site;
import java.util.List;

/**
 * Stochastic gradient descent with momentum (Polyak 1964) and decoupled weight decay.
 *
 * @param momentum the share of the last step that is taken again; 0 for none
 */
public record Sgd(float learningRate, float momentum, float weightDecay, float maxNorm)
    implements Optimizer {
  @Override
  public List<String> stateNames() {
    return List.of("momentum");
  }

  @Override
  public void lower(Site site, Update update) {
    SlabKernel.launch(site, update, "sgd", maxNorm, List.of(momentum, weightDecay), 5, 5);
  }
}
