package dev.glimpse.bench;

import dev.glimpse.device.Device;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Tensor;
import java.util.List;
import java.util.Map;

/** One operation, or a few, on given inputs: a plan without parameters. */
final class KernelRun implements Contender {
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
    try {
      this.plan = builder.build();
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
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
  public List<float[]> check() {
    if (inputs.isEmpty()) {
      return List.of();
    }
    run();
    return plan.outputs().stream().map(this::read).toList();
  }

  private float[] read(String output) {
    float[] values = new float[plan.outputShape(output).size()];
    plan.read(output).get(values);
    return values;
  }

  @Override
  public void close() {
    plan.close();
    store.close();
  }
}
