package dev.glimpse.train;

import dev.glimpse.graph.Optimizer;
import dev.glimpse.ops.Site;
import java.util.List;

/**
 * Adam (Kingma and Ba 2015, algorithm 1) with decoupled weight decay (Loshchilov and Hutter 2019).
 *
 * @param learningRate its alpha
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay the share of a parameter that a step at rate 1 takes away
 * @param maxNorm the gradient is scaled down to this norm; 0 for any
 */
public record Adam(
    float learningRate, float beta1, float beta2, float epsilon, float weightDecay, float maxNorm)
    implements Optimizer {

  public Adam(float learningRate) {
    this(learningRate, 0.9f, 0.999f, 1e-8f, 0, 0);
  }

  @Override
  public List<String> stateNames() {
    return List.of("moment1", "moment2");
  }

  @Override
  public void lower(Site site, Update update) {
    SlabKernel.launch(
        site, update, "adam", maxNorm, List.of(beta1, beta2, epsilon, weightDecay), 12, 7);
  }
}
