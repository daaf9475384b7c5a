package dev.glimpse.graph;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Device;
import dev.glimpse.device.Recording;
import dev.glimpse.device.Transfer;
import dev.glimpse.device.Work;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Variable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A compiled graph: launches over one arena, all arguments bound. A run only enqueues them; it
 * allocates nothing. Whatever varies between runs is in device memory: inputs, variables, optimizer
 * settings, and the random state.
 */
public final class Plan implements AutoCloseable {
  /** For how many runs metrics are kept. */
  public static final int HISTORY = 1024;

  /** From one metric to the next, in floats: each is a buffer of its own. */
  static final int METRIC_SPACING = ParameterSet.ALIGNMENT;

  private final Device device;
  private final List<AutoCloseable> owned = new ArrayList<>();
  private final Map<String, Buffer> inputs = new LinkedHashMap<>();
  private final Map<String, Shape> inputShapes = new LinkedHashMap<>();
  private final Map<String, Buffer> variables = new LinkedHashMap<>();
  private final Map<String, Float> initialValues = new HashMap<>();
  private final Map<String, Buffer> outputs = new LinkedHashMap<>();
  private final Map<String, Shape> outputShapes = new LinkedHashMap<>();
  private final Map<Parameter, Buffer> updates = new LinkedHashMap<>();
  private final Map<String, Buffer> metricSlots = new LinkedHashMap<>();
  private final List<Learner> learners = new ArrayList<>();
  private final Staging staging;
  private final Buffer state;
  private Buffer metrics;
  private Buffer history;
  private Buffer arenaMemory;
  private Arena arena;
  private Recording recording;
  private List<Work> preparation = List.of();

  Plan(Device device) {
    this.device = device;
    this.staging = new Staging(device);
    this.state = own(device.allocate(12));
    setState(0, 0);
  }

  /** Enqueues one run and returns at once. */
  public void run() {
    recording.run();
  }

  /** Runs once with event profiling, and waits. */
  public List<Recording.Timing> profile() {
    return recording.profile();
  }

  /** The launches of a run, in order. */
  public List<Work> launches() {
    return recording.launches();
  }

  /** The launches that were run once, when the plan was made: {@link PlanBuilder#frozen}. */
  public List<Work> preparation() {
    return preparation;
  }

  /**
   * The memory that launches name, besides parameters: to write the launches for another program.
   *
   * @param inputs by name
   * @param variables by name
   * @param outputs by name
   * @param state seed (two words) and step
   * @param arena of all intermediate tensors; null where there are none
   */
  public record Memory(
      Map<String, Buffer> inputs,
      Map<String, Buffer> variables,
      Map<String, Buffer> outputs,
      Buffer state,
      Buffer arena) {}

  /** The memory of this plan, owned by it. */
  public Memory memory() {
    return new Memory(
        Collections.unmodifiableMap(inputs),
        Collections.unmodifiableMap(variables),
        Collections.unmodifiableMap(outputs),
        state,
        arenaMemory);
  }

  /** Whether the plan reads an input of this name. */
  public boolean hasInput(String name) {
    return inputs.containsKey(name);
  }

  /** The shape of an input. */
  public Shape inputShape(String name) {
    return known(inputShapes, "input", name);
  }

  /** A copy of host floats into an input, to be run as often as wanted (see {@link Transfer}). */
  public Transfer feed(String name, ByteBuffer source) {
    Buffer target = known(inputs, "input", name);
    if (source.capacity() < target.bytes()) {
      throw new IllegalArgumentException(
          "input %s takes %s, %d bytes, not %d"
              .formatted(name, inputShape(name), target.bytes(), source.capacity()));
    }
    return device.upload(source, target);
  }

  /** Sets an input, and waits. */
  public void set(String input, float... values) {
    if (values.length != inputShape(input).size()) {
      throw new IllegalArgumentException(
          input + " takes " + inputShape(input) + ", not " + values.length + " values");
    }
    staging.write(inputs.get(input), FloatBuffer.wrap(values));
  }

  /** Whether the plan reads a variable of this name. */
  public boolean hasVariable(String name) {
    return variables.containsKey(name);
  }

  /** Sets a variable for the following runs. */
  public void setVariable(String name, float value) {
    write(known(variables, "variable", name), value);
  }

  /** Sets the learning rate of an objective for the following runs. */
  public void setLearningRate(String objective, float rate) {
    write(learner(objective).settings, rate);
  }

  private void write(Buffer target, float value) {
    staging.write(target, FloatBuffer.wrap(new float[] {value}));
  }

  /** The names of the outputs. */
  public Collection<String> outputs() {
    return outputs.keySet();
  }

  public Shape outputShape(String name) {
    return known(outputShapes, "output", name);
  }

  /** Waits for the last run and copies an output to the host. */
  public FloatBuffer read(String output) {
    return staging.read(outputs.get(output), outputShape(output).size());
  }

  /** The names of the metrics, in the order of {@link #history}'s columns. */
  public List<String> metrics() {
    return List.copyOf(metricSlots.keySet());
  }

  /**
   * Waits, and reads the metrics of the last {@link #HISTORY} runs: those of the run that started
   * at step s are row {@code s % HISTORY}.
   */
  public FloatBuffer history() {
    return staging.read(history, HISTORY * metricSlots.size());
  }

  /** Waits, and reads a metric of the latest run. */
  public float latest(String metric) {
    int column = metrics().indexOf(metric);
    if (column < 0) {
      throw new IllegalArgumentException(
          "the plan has no metric %s, only %s".formatted(metric, metrics()));
    }
    return history().get(Math.floorMod(step() - 1, HISTORY) * metricSlots.size() + column);
  }

  /** Sets the seed of all random tensors and the number of runs done. */
  public void setState(long seed, int step) {
    ByteBuffer words = direct(12);
    words.putInt((int) seed).putInt((int) (seed >>> 32)).putInt(step).flip();
    device.write(state, words);
  }

  /** Waits, and reads the number of runs done. */
  public int step() {
    ByteBuffer words = direct(12);
    device.read(state, words);
    return words.getInt(8);
  }

  /** Waits for all runs. */
  public void finish() {
    device.finish();
  }

  /** The bytes of the arena, which holds all intermediate tensors. */
  public long arenaBytes() {
    return arena.size();
  }

  /** One line per block of the arena: bytes, offset, life, name. */
  public List<String> memoryMap() {
    return arena.blocks().stream()
        .map(
            b ->
                "%,12d bytes at %,12d, steps %d to %d: %s"
                    .formatted(b.bytes, b.offset, b.first, b.last, b.name))
        .toList();
  }

  /** The optimizer's state for an objective, a slab per name. */
  public Map<String, Slab> optimizerState(String objective) {
    return learner(objective).states;
  }

  private Learner learner(String objective) {
    return learners.stream()
        .filter(l -> l.objective.name().equals(objective))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no objective " + objective));
  }

  private static <T> T known(Map<String, T> map, String kind, String name) {
    T value = map.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "the plan has no " + kind + " " + name + ", only " + map.keySet());
    }
    return value;
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    if (recording != null) {
      recording.close();
    }
    for (int i = owned.size() - 1; i >= 0; i--) {
      try {
        owned.get(i).close();
      } catch (Exception e) {
        throw new IllegalStateException("closing a plan", e);
      }
    }
    owned.clear();
  }

  // What the plan compiler calls.

  /** The memory in which one objective is descended. */
  final class Learner {
    private final Objective objective;
    private final Slab parameters;
    private final Slab gradients;
    private final Map<String, Slab> states = new LinkedHashMap<>();
    private final Buffer settings;
    private final Buffer squaredNorm;
    private final Buffer gate;
    private final Buffer count;
    private Buffer partialNorms;

    private Learner(Objective objective, ParameterStore store) {
      Slab parameters = store.slab(objective.parameters());
      this.objective = objective;
      this.parameters = parameters;
      ParameterSet set = objective.parameters();
      this.gradients = own(new Slab(device, set));
      for (String name : objective.optimizer().stateNames()) {
        states.put(name, own(new Slab(device, set)));
      }
      this.settings = own(device.allocate(8));
      this.squaredNorm = own(device.allocate(4));
      Gate when = objective.gate();
      this.gate = when == null ? null : own(device.allocate(4));
      this.count = when == null ? null : store.buffer(when.count());
      Optimizer optimizer = objective.optimizer();
      staging.write(
          settings, FloatBuffer.wrap(new float[] {optimizer.learningRate(), optimizer.maxNorm()}));
      device.clear(squaredNorm);
    }

    Objective objective() {
      return objective;
    }

    Slab gradients() {
      return gradients;
    }

    Buffer partialNorms(int count) {
      if (partialNorms == null) {
        partialNorms = own(device.allocate(4L * count));
      }
      return partialNorms;
    }

    Optimizer.Update update() {
      return new Optimizer.Update(
          parameters.buffer(),
          gradients.buffer(),
          states.values().stream().map(Slab::buffer).toList(),
          settings,
          squaredNorm,
          objective.parameters().size(),
          gate,
          count);
    }

    Buffer gate() {
      return gate;
    }
  }

  Learner addLearner(Objective objective, ParameterStore store) {
    var learner = new Learner(objective, store);
    learners.add(learner);
    return learner;
  }

  List<Learner> learners() {
    return learners;
  }

  void allocateMetrics(List<String> names) {
    int count = Math.max(1, names.size());
    metrics = own(device.allocate(4L * METRIC_SPACING * count));
    history = own(device.allocate(4L * HISTORY * count));
    for (int i = 0; i < names.size(); i++) {
      metricSlots.put(names.get(i), own(metrics.slice(4L * METRIC_SPACING * i, 4)));
    }
  }

  Buffer metric(String name) {
    return metricSlots.get(name);
  }

  Buffer metricsBuffer() {
    return metrics;
  }

  Buffer historyBuffer() {
    return history;
  }

  Buffer state() {
    return state;
  }

  Buffer addUpdate(Parameter parameter) {
    return updates.computeIfAbsent(parameter, p -> own(device.allocate(p.shape().bytes())));
  }

  Buffer update(Parameter parameter) {
    return updates.get(parameter);
  }

  Buffer addOutput(String name, Shape shape) {
    outputShapes.put(name, shape);
    return outputs.computeIfAbsent(name, n -> own(device.allocate(shape.bytes())));
  }

  Buffer inputFor(Input input) {
    Shape before = inputShapes.putIfAbsent(input.name(), input.shape());
    if (before != null && !before.equals(input.shape())) {
      throw new IllegalArgumentException(
          "input %s is %s and %s".formatted(input.name(), before, input.shape()));
    }
    return inputs.computeIfAbsent(
        input.name(),
        name -> {
          Buffer buffer = own(device.allocate(input.shape().bytes()));
          device.clear(buffer);
          return buffer;
        });
  }

  Buffer variableFor(Variable variable) {
    Float before = initialValues.putIfAbsent(variable.name(), variable.initial());
    if (before != null && before != variable.initial()) {
      throw new IllegalArgumentException(
          "variable %s starts as %s and %s".formatted(variable.name(), before, variable.initial()));
    }
    return variables.computeIfAbsent(
        variable.name(),
        name -> {
          Buffer buffer = own(device.allocate(4));
          write(buffer, variable.initial());
          return buffer;
        });
  }

  void allocateArena(Arena laidOut) {
    arena = laidOut;
    if (arena.size() > 0) {
      arenaMemory = own(device.allocate(arena.size()));
    }
  }

  Buffer slice(Arena.Block block) {
    return own(arenaMemory.slice(block.offset, block.bytes));
  }

  void record(List<Work> once, List<Work> launches) {
    preparation = List.copyOf(once);
    if (!once.isEmpty()) {
      try (Recording preparation = device.record(once)) {
        preparation.run();
        device.finish();
      }
    }
    recording = device.record(launches);
  }

  private <T extends AutoCloseable> T own(T resource) {
    owned.add(resource);
    return resource;
  }
}
