package dev.glimpse.bench;

import dev.glimpse.device.Device;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Tensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/** One operation, or a few, on given inputs: a plan without parameters. */
final class KernelRun implements Contender {
  /** So many numbers of each result are compared. */
  private static final int COMPARED = 4096;

  private final Map<String, float[]> inputs;
  private final ParameterStore store;
  private final Plan plan;

  KernelRun(Device device, Map<String, float[]> inputs, Tensor... results) {
    this.inputs = inputs;
    this.store = new ParameterStore(device, List.of(), 0);
    var builder = new PlanBuilder(store);
    for (int i = 0; i < results.length; i++) {
      builder.output("result" + i, results[i]);
    }
    this.plan = builder.build();
    inputs.forEach(plan::set);
  }

  @Override
  public void run() {
    plan.run();
    plan.finish();
  }

  @Override
  public Map<String, float[]> start() {
    return inputs;
  }

  @Override
  public float[] check() {
    if (inputs.isEmpty()) {
      return new float[0];
    }
    run();
    FloatBuffer all = FloatBuffer.allocate(COMPARED * plan.outputs().size());
    for (String output : plan.outputs()) {
      FloatBuffer values = plan.read(output);
      all.put(values.slice(0, Math.min(COMPARED, values.capacity())));
    }
    float[] results = new float[all.position()];
    all.flip().get(results);
    return results;
  }

  @Override
  public void close() {
    plan.close();
    store.close();
  }
}
