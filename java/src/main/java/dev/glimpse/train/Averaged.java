package dev.glimpse.train;

import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.Slab;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Site;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * An optimizer that also keeps a moving average of the parameters, which generalises better than
 * the parameters of any one step (Polyak and Juditsky 1992; Tarvainen and Valpola 2017).
 *
 * <p>While steps are made a plan's parameters are those that are trained, and the averages are the
 * optimizer's state; when they {@link #swap}, the model is the average.
 *
 * @param optimizer changes the parameters
 * @param decay of the average, below 1; in step t at most {@code (t - 1) / (t + 9)}, so that the
 *     first values are soon forgotten
 */
record Averaged(Optimizer optimizer, float decay) implements Optimizer {
  /** The average during a step; the trained parameters while they have changed places. */
  private static final String SHADOW = "shadow";

  @Override
  public List<String> stateNames() {
    return Stream.concat(optimizer.stateNames().stream(), Stream.of(SHADOW)).toList();
  }

  @Override
  public float maxNorm() {
    return optimizer.maxNorm();
  }

  @Override
  public float learningRate() {
    return optimizer.learningRate();
  }

  @Override
  public void lower(Site site, Update update) {
    int own = update.states().size() - 1;
    optimizer.lower(site, update.with(update.states().subList(0, own)));
    Update shadow = update.with(update.states().subList(own, own + 1));
    SlabKernel.launch(site, shadow, "average", 0, List.of(decay), 3, 3);
  }

  /** Gives averages of nothing yet the values of their parameters. */
  static void start(Plan plan, List<Objective> objectives, ParameterStore store) {
    forEach(
        plan, objectives, (parameter, shadow) -> shadow.write(parameter, store.read(parameter)));
  }

  /** Lets trained parameters and averages change places; does nothing where there are none. */
  static void swap(Plan plan, List<Objective> objectives, ParameterStore store) {
    forEach(
        plan,
        objectives,
        (parameter, shadow) -> {
          FloatBuffer values = shadow.read(parameter);
          shadow.write(parameter, store.read(parameter));
          store.write(parameter, values);
        });
  }

  private static void forEach(
      Plan plan, List<Objective> objectives, BiConsumer<Parameter, Slab> action) {
    for (Objective objective : objectives) {
      Slab shadow = plan.optimizerState(objective.name()).get(SHADOW);
      if (shadow != null) {
        objective.parameters().parameters().forEach(p -> action.accept(p, shadow));
      }
    }
  }
}
