package dev.glimpse.train;

import dev.glimpse.graph.Objective;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.nn.Training;
import dev.glimpse.ops.Ops;
import java.util.List;

/**
 * A model's training step, compiled.
 *
 * @param plan takes batches as inputs (see {@link Example}); whoever builds it closes it
 * @param objectives what a run of it descends
 */
public record TrainingPlan(Plan plan, List<Objective> objectives) {
  /** Compiles the step that settings describe, for batches of one size. */
  public static TrainingPlan build(
      ParameterStore store, Model model, Settings settings, DataShape data, int batch) {
    Example input =
        model.semiSupervised()
            ? Example.semiSupervisedInput(
                Math.min(batch, settings.integer(TrainingSettings.LABELS)), batch, data)
            : Example.input(batch, data);
    Example example = draws(settings) ? input.map(Ops::randomBernoulli) : input;
    var training = new Training();
    Model.Lesson lesson =
        training.write(() -> model.learn(example, name -> TrainingSettings.optimizer(settings)));
    var builder = new PlanBuilder(store);
    training.updates().forEach(builder::update);
    lesson.objectives().forEach(builder::objective);
    lesson.metrics().forEach(builder::metric);
    return new TrainingPlan(builder.build(), lesson.objectives());
  }

  private static boolean draws(Settings settings) {
    return switch (Binarisation.of(settings)) {
      case DYNAMIC -> true;
      // Between distorted pixels of 0 and 1 lie grey ones.
      case STATIC -> !TrainingSettings.distortion(settings).isNone();
      case NONE -> false;
    };
  }
}
