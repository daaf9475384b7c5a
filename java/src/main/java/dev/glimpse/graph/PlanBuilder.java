package dev.glimpse.graph;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Kernel;
import dev.glimpse.device.Launch;
import dev.glimpse.device.LibraryCall;
import dev.glimpse.device.Work;
import dev.glimpse.ops.Broadcast;
import dev.glimpse.ops.Composite;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Leaf;
import dev.glimpse.ops.Node;
import dev.glimpse.ops.Op;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Random;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Site;
import dev.glimpse.ops.Structural;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Variable;
import dev.glimpse.ops.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The plan compiler: from tensors that are wanted to launches with their arguments bound. */
public final class PlanBuilder {
  private static final int NORM_PARTS = 64;

  private final ParameterStore store;
  private final Device device;
  private final Map<String, Tensor> outputs = new LinkedHashMap<>();
  private final Map<String, Tensor> metrics = new LinkedHashMap<>();
  private final List<Objective> objectives = new ArrayList<>();
  private final Map<Parameter, Tensor> updates = new LinkedHashMap<>();
  private boolean optimised = true;
  private boolean frozen;

  public PlanBuilder(ParameterStore store) {
    this.store = store;
    this.device = store.device();
  }

  /** A tensor that the host reads after a run. */
  public PlanBuilder output(String name, Tensor tensor) {
    checkNew("outputs", name, outputs.putIfAbsent(name, tensor) == null);
    return this;
  }

  /** A scalar whose value is kept for each of the last {@link Plan#HISTORY} runs. */
  public PlanBuilder metric(String name, Tensor scalar) {
    if (scalar.shape().size() != 1) {
      throw new IllegalArgumentException("metric " + name + " is no scalar: " + scalar.shape());
    }
    checkNew("metrics", name, metrics.putIfAbsent(name, scalar) == null);
    return this;
  }

  /** A loss that each run descends once. All gradients are computed before any update. */
  public PlanBuilder objective(Objective objective) {
    String name = objective.name();
    checkNew("objectives", name, objectives.stream().noneMatch(o -> o.name().equals(name)));
    objectives.add(objective);
    return this;
  }

  /**
   * A parameter that takes a new value with each run, by no gradient: a running statistic.
   *
   * @throws IllegalArgumentException if the value has another size, or there is another one
   */
  public PlanBuilder update(Parameter parameter, Tensor value) {
    if (value.shape().size() != parameter.shape().size()) {
      throw new IllegalArgumentException(
          "%s is %s, not %s".formatted(parameter.name(), parameter.shape(), value.shape()));
    }
    checkNew("updates", parameter.name(), updates.putIfAbsent(parameter, value) == null);
    return this;
  }

  private static void checkNew(String kind, String name, boolean isNew) {
    if (!isNew) {
      throw new IllegalArgumentException("two " + kind + " are named " + name);
    }
  }

  /**
   * Parameters stay what they are now while the plan lives, so that weights are packed, and what
   * depends on parameters alone is computed, only once. For inference, of small batches above all.
   */
  public PlanBuilder frozen() {
    frozen = true;
    return this;
  }

  /** Runs every op by itself, in memory of its own: slower, with the same bits. For tests. */
  public PlanBuilder eager() {
    optimised = false;
    return this;
  }

  /** Compiles. The plan owns what it allocates; close it before the store. */
  public Plan build() {
    var plan = new Plan(device);
    try {
      compile(plan);
      return plan;
    } catch (RuntimeException e) {
      plan.close();
      throw e;
    }
  }

  private void compile(Plan plan) {
    if (frozen && !(objectives.isEmpty() && updates.isEmpty())) {
      throw new IllegalStateException("a frozen plan changes no parameters");
    }
    var targets = new ArrayList<Target>();
    var updates = new LinkedHashMap<>(this.updates);
    var gates = new HashSet<Gate>();
    for (Objective objective : objectives) {
      Plan.Learner learner = plan.addLearner(objective, store);
      Gradients.of(objective.loss(), objective.parameters().parameters())
          .forEach(
              (parameter, gradient) ->
                  targets.add(new Target(gradient, learner.gradients().of(parameter))));
      Gate gate = objective.gate();
      if (gate != null) {
        targets.add(new Target(gate.open(), learner.gate()));
        Tensor counted = Ops.add(gate.count().tensor(), gate.open());
        if (gates.add(gate) && updates.putIfAbsent(gate.count(), counted) != null) {
          throw new IllegalArgumentException(gate.count() + " is updated twice");
        }
      }
    }
    plan.allocateMetrics(List.copyOf(metrics.keySet()));
    metrics.forEach((name, tensor) -> targets.add(new Target(tensor, plan.metric(name))));
    outputs.forEach(
        (name, tensor) -> targets.add(new Target(tensor, plan.addOutput(name, tensor.shape()))));
    updates.forEach(
        (parameter, value) -> targets.add(new Target(value, plan.addUpdate(parameter))));
    Map<Tensor, Buffer> wanted = wanted(targets);

    var steps = new Steps(wanted.keySet(), optimised);
    var kept = new HashMap<Tensor, Buffer>();
    wanted.forEach(
        (tensor, buffer) -> {
          Tensor canonical = steps.canonical(tensor);
          boolean taken = kept.containsKey(canonical);
          kept.put(taken ? steps.copy(canonical, tensor.shape()) : canonical, buffer);
        });
    List<Step> list = steps.list;
    if (optimised) {
      list = SharedPanels.share(ColumnSums.merge(list, device.info()), device.info());
      list = LibraryNorms.merge(list, device.info());
    }
    List<Step> fused = Fusion.fuse(list, kept.keySet(), optimised);
    var placement =
        new Placement(
            device.info(),
            fused,
            tensor -> fixed(plan, kept, tensor),
            kept.keySet(),
            optimised,
            frozen);
    plan.allocateArena(placement.arena());
    var lowering = new Lowering(plan, streams(steps.list));
    placement.work.forEach(lowering::lower);
    updates.keySet().forEach(parameter -> lowering.take(parameter, plan.update(parameter)));
    for (Plan.Learner learner : plan.learners()) {
      lowering.update(learner);
    }
    lowering.advance();
    plan.record(lowering.once, lowering.launches);
  }

  /** Numbers the random tensors as they were written, in whatever order they are computed. */
  private static Map<Op, Integer> streams(List<Step> steps) {
    var streams = new IdentityHashMap<Op, Integer>();
    for (Step step : steps) {
      if (step.op instanceof Random) {
        streams.put(step.op, streams.size());
      }
    }
    return streams;
  }

  /** A tensor, and where it is to be. */
  private record Target(Tensor tensor, Buffer buffer) {}

  /** Leaves and aliases have a place already: what is wanted is a copy of them. */
  private Map<Tensor, Buffer> wanted(List<Target> targets) {
    List<Tensor> tensors = Rewrite.of(targets.stream().map(Target::tensor).toList(), this::simpler);
    var wanted = new LinkedHashMap<Tensor, Buffer>();
    for (int i = 0; i < tensors.size(); i++) {
      Tensor tensor = tensors.get(i);
      Op op = tensor.node().op();
      boolean placed = op instanceof Leaf || op instanceof Structural || wanted.containsKey(tensor);
      wanted.put(placed ? copyOf(tensor) : tensor, targets.get(i).buffer());
    }
    return wanted;
  }

  /** What stands for a composite op: what the device's library has, else our own kernels. */
  private Optional<List<Tensor>> simpler(Node node, List<Tensor> inputs) {
    return node.op() instanceof Composite op
        ? Optional.of(op.byLibrary(device, inputs).orElseGet(() -> op.expand(inputs)))
        : Optional.empty();
  }

  private static Tensor copyOf(Tensor tensor) {
    return Tensor.of(new Broadcast(tensor.shape()), tensor);
  }

  private Buffer fixed(Plan plan, Map<Tensor, Buffer> kept, Tensor tensor) {
    Op op = tensor.node().op();
    if (op instanceof Parameter parameter) {
      return store.buffer(parameter);
    }
    if (op instanceof Input input) {
      return plan.inputFor(input);
    }
    if (op instanceof Variable variable) {
      return plan.variableFor(variable);
    }
    return kept.get(tensor);
  }

  /** Collects the launches of one op after another. */
  private final class Lowering {
    final List<Work> once = new ArrayList<>();
    final List<Work> launches = new ArrayList<>();
    private final Plan plan;
    private final Map<Arena.Block, Buffer> blocks = new HashMap<>();
    private final Map<Op, Integer> streams;

    Lowering(Plan plan, Map<Op, Integer> streams) {
      this.plan = plan;
      this.streams = streams;
    }

    void lower(Placement.Work work) {
      int first = launches.size();
      work.op().lower(new WorkSite(work));
      switch (work.preparation()) {
        case ONCE -> once.add(launches.remove(first));
        case DONE -> launches.remove(first);
        case PART -> {}
      }
      if (work.once()) {
        List<Work> ofStep = launches.subList(first, launches.size());
        once.addAll(ofStep);
        ofStep.clear();
      }
    }

    /** Gives a parameter its new value: at the end, when everybody has read the old one. */
    void take(Parameter parameter, Buffer value) {
      lower(Placement.copy(parameter.shape(), value, store.buffer(parameter), "statistics"));
    }

    void update(Plan.Learner learner) {
      Objective objective = learner.objective();
      var site =
          new WorkSite(
              new Placement.Work(null, List.of(), List.of(), objective.name() + "/update"));
      Optimizer.Update update = learner.update();
      if (objective.optimizer().maxNorm() > 0) {
        squaredNorm(site, learner);
      }
      objective.optimizer().lower(site, update);
    }

    private void squaredNorm(Site site, Plan.Learner learner) {
      Optimizer.Update update = learner.update();
      int n = update.size();
      int part = (n / NORM_PARTS + 7) / 8 * 8 + 8;
      int parts = (n + part - 1) / part;
      int items = device.info().kind().isCpu() ? 1 : 256;
      site.launch(
          site.kernel("reduce.cl", "sum_squares", Map.of()),
          List.of(update.gradients(), learner.partialNorms(NORM_PARTS), n, part),
          List.of(parts * items, 1),
          List.of(items, 1),
          new Launch.Cost(2L * n, 4L * n));
      site.launch(
          site.kernel("reduce.cl", "sum_all", Map.of()),
          List.of(learner.partialNorms(NORM_PARTS), update.squaredNorm(), parts, 1f),
          List.of(items, 1),
          List.of(items, 1),
          new Launch.Cost(parts, 4L * parts));
    }

    void advance() {
      if (metrics.isEmpty() && objectives.isEmpty() && streams.isEmpty()) {
        return;
      }
      var site = new WorkSite(new Placement.Work(null, List.of(), List.of(), "advance"));
      site.launch(
          site.kernel("random.cl", "advance", Map.of()),
          List.of(
              plan.state(),
              plan.metricsBuffer(),
              plan.historyBuffer(),
              metrics.size(),
              Plan.METRIC_SPACING,
              Plan.HISTORY),
          List.of(1, 1),
          List.of(1, 1),
          new Launch.Cost(0, 8L * metrics.size()));
    }

    private final class WorkSite implements Site {
      private final Placement.Work work;

      WorkSite(Placement.Work work) {
        this.work = work;
      }

      @Override
      public DeviceInfo device() {
        return device.info();
      }

      @Override
      public View input(int index) {
        return view(work.inputs().get(index));
      }

      @Override
      public View output(int index) {
        return view(work.outputs().get(index));
      }

      private View view(Placement.Place place) {
        return place.view(place.buffer() != null ? place.buffer() : memory(place.block()));
      }

      private Buffer memory(Arena.Block block) {
        return blocks.computeIfAbsent(block, plan::slice);
      }

      @Override
      public boolean isRead(int output) {
        return !work.unread().contains(output);
      }

      @Override
      public Shape inputShape(int index) {
        return work.inputs().get(index).shape();
      }

      @Override
      public Buffer workspace(int index) {
        return memory(work.workspaces().get(index));
      }

      @Override
      public Buffer state() {
        return plan.state();
      }

      @Override
      public int stream() {
        return streams.get(work.op());
      }

      @Override
      public void launch(
          Kernel kernel,
          List<Object> arguments,
          List<Integer> global,
          List<Integer> local,
          Launch.Cost cost) {
        launches.add(new Launch(kernel, arguments, global, local, cost, scope()));
      }

      @Override
      public String scope() {
        return work.scope() + (work.op() == null ? "" : "/" + work.op().name());
      }

      @Override
      public boolean accepts(LibraryCall call) {
        return device.accepts(call);
      }

      @Override
      public void call(LibraryCall call) {
        launches.add(call);
      }
    }
  }
}
