package dev.glimpse.bench;

import com.sun.management.ThreadMXBean;
import dev.glimpse.device.Device;
import dev.glimpse.graph.Objective;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.nn.Training;
import dev.glimpse.ops.Parameter;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** One step of training on a batch that stays the same. */
final class TrainingStep implements Contender {
  private static final long SEED = 1;

  private static final int MEASURED = 100;

  /** Whether a step has ended in this JVM: only the first one tells how long a start takes. */
  private static boolean started;

  private final ParameterStore store;
  private final Plan plan;
  private final Supplier<List<Objective>> checked;
  private final Map<String, float[]> inputs;
  private final int steps;
  private int losses;
  private final Map<String, Double> facts = new LinkedHashMap<>();

  /**
   * @param timed what a step descends
   * @param checked the same with inputs in the place of random numbers
   * @param inputs of both
   * @param steps how many are compared: the later losses depend on gradients and optimizer
   */
  TrainingStep(
      Device device,
      List<ParameterSet> parameters,
      Supplier<List<Objective>> timed,
      Supplier<List<Objective>> checked,
      Map<String, float[]> inputs,
      int steps) {
    this.steps = steps;
    this.checked = checked;
    this.inputs = inputs;
    this.store = new ParameterStore(device, parameters, SEED);
    try {
      this.plan = plan(timed);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
    run();
    if (!started) {
      long jvm = ManagementFactory.getRuntimeMXBean().getStartTime();
      facts.put("first_step_s", (System.currentTimeMillis() - jvm) / 1e3);
      started = true;
    }
  }

  private Plan plan(Supplier<List<Objective>> written) {
    var training = new Training();
    List<Objective> objectives = training.write(written);
    losses = objectives.size();
    var builder = new PlanBuilder(store);
    training.updates().forEach(builder::update);
    for (Objective objective : objectives) {
      builder.objective(objective).metric(objective.name(), objective.loss());
    }
    Plan built = builder.build();
    inputs.forEach(
        (name, values) -> {
          if (built.hasInput(name)) {
            built.set(name, values);
          }
        });
    return built;
  }

  @Override
  public void run() {
    plan.run();
    plan.finish();
  }

  @Override
  public Map<String, float[]> start() {
    var start = new HashMap<>(inputs);
    for (Parameter parameter : store.parameters()) {
      FloatBuffer values = store.read(parameter);
      float[] copy = new float[values.remaining()];
      values.get(copy);
      start.put(parameter.name(), copy);
    }
    return start;
  }

  @Override
  public List<float[]> check() {
    try (Plan fixed = plan(checked)) {
      for (int i = 0; i < steps; i++) {
        fixed.run();
      }
      FloatBuffer history = fixed.history();
      var results = new ArrayList<float[]>();
      for (int loss = 0; loss < losses; loss++) {
        float[] values = new float[steps];
        for (int i = 0; i < steps; i++) {
          values[i] = history.get(i * losses + loss);
        }
        results.add(values);
      }
      return results;
    }
  }

  /** The launches of a step, its memory, and what it costs the host. */
  @Override
  public Map<String, Double> facts() {
    long[] host = new long[MEASURED];
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);
    for (int i = 0; i < MEASURED; i++) {
      long begun = System.nanoTime();
      plan.run();
      host[i] = System.nanoTime() - begun;
      plan.finish();
    }
    long allocated = threads.getThreadAllocatedBytes(thread) - before;
    Times enqueueing = Times.of(host);
    facts.put("host_ms", enqueueing.median());
    facts.put("host_ms_min", enqueueing.min());
    facts.put("heap_bytes", (double) allocated / MEASURED);
    facts.put("launches", (double) plan.launches().size());
    facts.put("arena_bytes", (double) plan.arenaBytes());
    return facts;
  }

  @Override
  public void close() {
    plan.close();
    store.close();
  }
}
