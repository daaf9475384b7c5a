package dev.glimpse.train;

import dev.glimpse.data.Batches;
import dev.glimpse.data.ImageSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Has the classifiers of a model read images. */
public final class LabelReader implements AutoCloseable {
  private static final int BATCH = 500;

  private final Plan plan;
  private final List<String> classifiers;
  private final int batch;
  private final int classes;

  /**
   * Compiles the model's classifiers.
   *
   * @param images how many there will be, or fewer
   */
  public LabelReader(ClassifyingModel model, ParameterStore store, DataShape data, int images) {
    batch = Math.min(BATCH, images);
    classes = data.classes();
    Map<String, Tensor> logits = model.classify(Example.input(batch, data).images());
    classifiers = List.copyOf(logits.keySet());
    var builder = new PlanBuilder(store);
    logits.forEach(builder::output);
    plan = builder.build();
  }

  /** The logits of each classifier, {@code [N, K]}, in the model's order. */
  public Map<String, float[]> read(ImageSet images) {
    var logits = new LinkedHashMap<String, float[]>();
    classifiers.forEach(name -> logits.put(name, new float[images.size() * classes]));
    try (var batches = new Batches(images, batch)) {
      var feed = new Feed(plan);
      for (int i = 0; i < batches.batchesPerEpoch(); i++) {
        var next = batches.next();
        feed.upload(next);
        plan.run();
        for (String name : classifiers) {
          plan.read(name).get(logits.get(name), i * batch * classes, next.count() * classes);
        }
      }
    }
    return logits;
  }

  @Override
  public void close() {
    plan.close();
  }
}
