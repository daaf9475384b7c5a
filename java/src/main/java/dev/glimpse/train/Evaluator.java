package dev.glimpse.train;

import dev.glimpse.data.Batch;
import dev.glimpse.data.Batches;
import dev.glimpse.data.ImageSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Tensor;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Judges a model by its own measures on a set of images. The noise is that of a fixed seed, the
 * same every time.
 */
public final class Evaluator implements AutoCloseable {
  private static final int BATCH = 500;

  /** The seed of the noise, unless another one is asked for. */
  public static final long SEED = 0x5eed;

  private final Plan plan;
  private final int batch;

  public Evaluator(Model model, ParameterStore store, DataShape data, int images) {
    batch = Math.min(BATCH, images);
    Map<String, Tensor> measures = model.evaluate(Example.input(batch, data));
    var builder = new PlanBuilder(store);
    measures.forEach(builder::output);
    plan = builder.build();
  }

  /** The mean of each measure over all images, in the order of {@link Measure}. */
  public Map<String, Double> evaluate(ImageSet images) {
    return evaluate(images, SEED);
  }

  /** The same with other noise. */
  public Map<String, Double> evaluate(ImageSet images, long seed) {
    return evaluate(images, seed, () -> false).orElseThrow();
  }

  /**
   * The same, unless it is not wanted any more.
   *
   * @param stopped asked before each batch
   * @return empty where it was stopped
   */
  Optional<Map<String, Double>> evaluate(ImageSet images, long seed, BooleanSupplier stopped) {
    var sums = new LinkedHashMap<String, Double>();
    plan.setState(seed, 0);
    try (var batches = new Batches(images, batch)) {
      var feed = new Feed(plan);
      for (int i = 0; i < batches.batchesPerEpoch(); i++) {
        if (stopped.getAsBoolean()) {
          return Optional.empty();
        }
        Batch next = batches.next();
        feed.upload(next);
        plan.run();
        for (String name : plan.outputs()) {
          FloatBuffer values = plan.read(name);
          double sum = 0;
          for (int e = 0; e < next.count(); e++) {
            sum += values.get(e);
          }
          sums.merge(name, sum, Double::sum);
        }
      }
    }
    sums.replaceAll((name, sum) -> sum / images.size());
    return Optional.of(Measure.ordered(sums));
  }

  /** Bytes of device memory for intermediate results. */
  public long arenaBytes() {
    return plan.arenaBytes();
  }

  @Override
  public void close() {
    plan.close();
  }
}
