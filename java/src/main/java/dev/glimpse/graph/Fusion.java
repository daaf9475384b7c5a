package dev.glimpse.graph;

import dev.glimpse.ops.Chain;
import dev.glimpse.ops.Constant;
import dev.glimpse.ops.EpilogueHost;
import dev.glimpse.ops.FusedPointwise;
import dev.glimpse.ops.Fusible;
import dev.glimpse.ops.Op;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Merges pointwise steps over the same matrix into chains, and chains into the kernels that compute
 * one of their inputs. Greedy, in the order of the steps: a step joins the group of a producer,
 * else one that reads the same tensor, unless that would close a circle.
 */
final class Fusion {
  /** More inputs than this would be more kernel arguments than some devices take. */
  private static final int MOST_INPUTS = 24;

  /** Each may have an output, and constants. All arguments of a kernel may take 1,024 bytes. */
  private static final int MOST_MEMBERS = 64;

  /** An unrolled loop reads its inputs in every step; only the latest readers are worth joining. */
  private static final int MOST_SIBLINGS = 4;

  private final Set<Tensor> kept;
  private final boolean enabled;
  private final Map<Tensor, Group> producer = new HashMap<>();
  private final Map<Tensor, List<Group>> readers = new HashMap<>();
  private final List<Group> groups = new ArrayList<>();
  private final Dependencies dependencies = new Dependencies();

  /** Steps that become one launch. */
  private static final class Group {
    final int id;
    final List<Step> members = new ArrayList<>();

    /** Of fusible members; null for any other step. */
    Shape domain;

    Step host;
    int sums;

    /** The position of the last member, as written. */
    int last;

    Group(int id) {
      this.id = id;
    }

    Iterable<Tensor> reads() {
      var reads = new LinkedHashSet<Tensor>();
      if (host != null) {
        reads.addAll(host.inputs);
      }
      members.forEach(step -> reads.addAll(step.inputs));
      return reads;
    }
  }

  private Fusion(Set<Tensor> kept, boolean enabled) {
    this.kept = kept;
    this.enabled = enabled;
  }

  /**
   * The launches for some steps.
   *
   * @param kept tensors that are needed after the plan has run
   * @param enabled false makes a launch of every step, which computes the same bits
   */
  static List<Step> fuse(List<Step> steps, Set<Tensor> kept, boolean enabled) {
    var fusion = new Fusion(kept, enabled);
    for (int i = 0; i < steps.size(); i++) {
      fusion.place(steps.get(i), i);
    }
    if (enabled) {
      List.copyOf(fusion.groups).forEach(fusion::mergeIntoHost);
    }
    return fusion.sorted().stream().map(fusion::emit).toList();
  }

  private void place(Step step, int position) {
    Group group = null;
    if (enabled && step.op instanceof Fusible fusible) {
      Shape domain = domain(fusible, step);
      for (Group candidate : candidates(step)) {
        if (domain.equals(candidate.domain) && canJoin(candidate, step, fusible)) {
          group = candidate;
          break;
        }
      }
    }
    if (group == null) {
      group = new Group(dependencies.add());
      groups.add(group);
      if (step.op instanceof Fusible fusible) {
        group.domain = domain(fusible, step);
      }
    } else {
      absorbProducers(group, step);
    }
    group.members.add(step);
    group.last = position;
    group.sums += step.op instanceof Fusible fusible && fusible.sumsRows() ? 1 : 0;
    for (Tensor output : step.outputs) {
      producer.put(output, group);
    }
    for (Tensor input : step.inputs) {
      readers.computeIfAbsent(input, t -> new ArrayList<>()).add(group);
      if (producer.containsKey(input)) {
        dependencies.depend(group.id, producer.get(input).id);
      }
    }
  }

  /** Takes the other chains that a step reads into its group, as in the sum of two chains. */
  private void absorbProducers(Group group, Step step) {
    for (Tensor input : step.inputs) {
      Group other = producer.get(input);
      if (other != null && other != group && canAbsorb(group, other, step)) {
        group.members.addAll(other.members);
        group.sums += other.sums;
        other.members.forEach(member -> member.outputs.forEach(t -> producer.put(t, group)));
        for (Tensor read : other.reads()) {
          readers.get(read).replaceAll(g -> g == other ? group : g);
        }
        dependencies.depend(group.id, other.id);
        dependencies.absorb(group.id, other.id);
        groups.remove(other);
      }
    }
  }

  private boolean canAbsorb(Group group, Group other, Step step) {
    if (!group.domain.equals(other.domain)
        || group.sums + other.sums > Chain.MOST_SUMS
        || group.members.size() + other.members.size() >= MOST_MEMBERS
        || depends(group, other)
        || depends(other, group)) {
      return false;
    }
    var external = new HashSet<Tensor>(step.inputs);
    group.reads().forEach(external::add);
    other.reads().forEach(external::add);
    external.removeIf(t -> producer.get(t) == group || producer.get(t) == other);
    return external.size() <= MOST_INPUTS
        && step.inputs.stream()
            .noneMatch(t -> producer.get(t) == other ? isRowSum(t) : follows(t, other));
  }

  private boolean follows(Tensor tensor, Group early) {
    Group from = producer.get(tensor);
    return from != null && depends(from, early);
  }

  private static boolean isRowSum(Tensor tensor) {
    return tensor.node().op() instanceof Fusible op && op.sumsRows();
  }

  private static Shape domain(Fusible op, Step step) {
    return op.domain(step.inputs.stream().map(Tensor::shape).toList());
  }

  private Set<Group> candidates(Step step) {
    var candidates = new LinkedHashSet<Group>();
    for (Tensor input : step.inputs) {
      if (producer.containsKey(input)) {
        candidates.add(producer.get(input));
      }
    }
    List<Tensor> hosted = step.inputs.stream().filter(t -> isHosted(t, step)).toList();
    for (Tensor input : hosted.isEmpty() ? step.inputs : hosted) {
      // Scalars and rows are read everywhere; sharing one is no reason to compute together.
      List<Group> others = readers.getOrDefault(input, List.of());
      if (input.shape().size() == domainSize(step)) {
        candidates.addAll(
            others.subList(Math.max(0, others.size() - MOST_SIBLINGS), others.size()));
      }
    }
    return candidates;
  }

  /** Whether a kernel computes a tensor that may go on with the step that reads it. */
  private boolean isHosted(Tensor tensor, Step reader) {
    Group from = producer.get(tensor);
    return from != null
        && from.domain == null
        && tensor.shape().equals(domain((Fusible) reader.op, reader))
        && from.members.get(0).op instanceof EpilogueHost;
  }

  private static int domainSize(Step step) {
    return domain((Fusible) step.op, step).size();
  }

  private boolean canJoin(Group group, Step step, Fusible op) {
    if (op.sumsRows() && group.sums == Chain.MOST_SUMS || group.members.size() == MOST_MEMBERS) {
      return false;
    }
    var external = new HashSet<Tensor>(step.inputs);
    group.reads().forEach(external::add);
    external.removeIf(t -> producer.get(t) == group);
    if (external.size() > MOST_INPUTS) {
      return false;
    }
    for (Tensor input : step.inputs) {
      Group from = producer.get(input);
      if (from == group) {
        // A row's sum is not known before the row has been walked.
        if (isRowSum(input)) {
          return false;
        }
      } else if (from != null && depends(from, group)) {
        return false;
      }
    }
    return true;
  }

  private boolean depends(Group late, Group early) {
    return dependencies.depends(late.id, early.id);
  }

  /** Gives a chain to the last of the kernels that compute its inputs, if that kernel takes one. */
  private void mergeIntoHost(Group group) {
    if (group.domain == null || group.sums > 0) {
      return;
    }
    Group best = null;
    for (Tensor input : group.reads()) {
      Group from = producer.get(input);
      if (from == null || from == group || from.host != null || from.domain != null) {
        continue;
      }
      if (input.shape().equals(group.domain)
          && from.members.get(0).op instanceof EpilogueHost
          && (best == null || from.last > best.last)
          && !othersDependOn(group, from)) {
        best = from;
      }
    }
    if (best != null) {
      group.host = best.members.get(0);
      group.host.outputs.forEach(output -> producer.put(output, group));
      dependencies.absorb(group.id, best.id);
      groups.remove(best);
    }
  }

  private boolean othersDependOn(Group group, Group host) {
    for (Tensor input : group.reads()) {
      Group from = producer.get(input);
      if (from != null && from != group && from != host && depends(from, host)) {
        return true;
      }
    }
    return false;
  }

  /** Groups in an order of execution, as close to the order of writing as there is one. */
  private List<Group> sorted() {
    var waitingFor = new HashMap<Group, Integer>();
    var followers = new HashMap<Group, List<Group>>();
    var ready = new PriorityQueue<Group>(Comparator.comparingInt(g -> g.last));
    for (Group group : groups) {
      var before = new HashSet<Group>();
      for (Tensor input : group.reads()) {
        Group from = producer.get(input);
        if (from != null && from != group && before.add(from)) {
          followers.computeIfAbsent(from, g -> new ArrayList<>()).add(group);
        }
      }
      waitingFor.put(group, before.size());
      if (before.isEmpty()) {
        ready.add(group);
      }
    }
    var order = new ArrayList<Group>();
    while (!ready.isEmpty()) {
      Group group = ready.remove();
      order.add(group);
      for (Group follower : followers.getOrDefault(group, List.of())) {
        if (waitingFor.merge(follower, -1, Integer::sum) == 0) {
          ready.add(follower);
        }
      }
    }
    if (order.size() != groups.size()) {
      throw new IllegalStateException("fusion closed a circle");
    }
    return order;
  }

  private Step emit(Group group) {
    Step head = group.members.get(0);
    if (group.domain == null) {
      return head;
    }
    var numbers = new HashMap<Tensor, Integer>();
    var inputs = new ArrayList<Tensor>();
    int hosted = 0;
    if (group.host != null) {
      numbers.put(group.host.outputs.get(0), 0);
      hosted = 1;
    }
    for (Tensor input : group.reads()) {
      boolean inside = producer.get(input) == group;
      boolean ofHost = group.host != null && !readByMember(group, input);
      if (!inside && !ofHost && !(input.node().op() instanceof Constant)) {
        numbers.put(input, hosted + inputs.size());
        inputs.add(input);
      }
    }
    var steps = new ArrayList<Chain.Step>();
    int first = hosted + inputs.size();
    var outputs = new ArrayList<Tensor>();
    var sums = new ArrayList<Tensor>();
    var stored = new ArrayList<Integer>();
    var summed = new ArrayList<Integer>();
    if (hosted == 1 && needed(group, group.host.outputs.get(0))) {
      outputs.add(group.host.outputs.get(0));
      stored.add(0);
    }
    for (Step member : group.members) {
      var fusible = (Fusible) member.op;
      var arguments = new ArrayList<Integer>();
      for (Tensor input : member.inputs) {
        arguments.add(
            numbers.computeIfAbsent(
                input,
                constant -> {
                  steps.add(Chain.Step.literal(((Constant) constant.node().op()).value()));
                  return first + steps.size() - 1;
                }));
      }
      Tensor output = member.outputs.get(0);
      if (fusible.sumsRows()) {
        sums.add(output);
        summed.add(arguments.get(0));
        continue;
      }
      steps.add(new Chain.Step(fusible.step(), arguments, fusible.constants()));
      numbers.put(output, first + steps.size() - 1);
      if (needed(group, output)) {
        outputs.add(output);
        stored.add(numbers.get(output));
      }
    }
    var chain = new Chain(first, steps, stored, summed);
    if (group.host == null) {
      outputs.addAll(sums);
      return new Step(new FusedPointwise(chain, group.domain), inputs, outputs, head.scope);
    }
    outputs.addAll(group.host.outputs.subList(1, group.host.outputs.size()));
    Op op = ((EpilogueHost) group.host.op).with(chain);
    var all = new ArrayList<>(group.host.inputs);
    all.addAll(inputs);
    return new Step(op, all, outputs, group.host.scope);
  }

  private static boolean readByMember(Group group, Tensor tensor) {
    return group.members.stream().anyMatch(step -> step.inputs.contains(tensor));
  }

  private boolean needed(Group group, Tensor tensor) {
    return kept.contains(tensor)
        || readers.getOrDefault(tensor, List.of()).stream().anyMatch(g -> g != group);
  }
}
