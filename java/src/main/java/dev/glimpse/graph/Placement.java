package dev.glimpse.graph;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.ops.Axis;
import dev.glimpse.ops.Chain;
import dev.glimpse.ops.Concat;
import dev.glimpse.ops.FusedPointwise;
import dev.glimpse.ops.Op;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Random;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Split;
import dev.glimpse.ops.Structural;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Finds every tensor its memory: a fixed buffer, a block of the arena, or a part of another
 * tensor's place. Structural ops vanish here; where one cannot, a copy takes its place.
 */
final class Placement {
  /** In bytes; a device may ask for more. */
  private static final int ARENA_ALIGNMENT = 1024;

  private final DeviceInfo device;
  private final Function<Tensor, Buffer> fixed;
  private final boolean reuse;
  private final boolean frozen;
  private final Map<Tensor, Place> places = new HashMap<>();
  private final Map<Tensor, Part> parts = new HashMap<>();
  private final Map<Tensor, Step> producers = new HashMap<>();
  private final Map<Prepared, Arena.Block> prepared = new HashMap<>();
  private final Set<Tensor> read = new HashSet<>();

  /** What parameters alone determine, where these are frozen. */
  private final Set<Tensor> lasting = new HashSet<>();

  private final Arena arena;
  private final int end;
  final List<Work> work = new ArrayList<>();

  /**
   * A launch-to-be with its operands' places.
   *
   * @param once whether its results last: it is run before all others, and only once
   */
  record Work(
      Op op,
      List<Place> inputs,
      List<Place> outputs,
      Set<Integer> unread,
      List<Arena.Block> workspaces,
      Preparation preparation,
      boolean once,
      String scope) {
    Work(Op op, List<Place> inputs, List<Place> outputs, String scope) {
      this(op, inputs, outputs, Set.of(), List.of(), Preparation.PART, false, scope);
    }

    private Work runOnce() {
      return new Work(op, inputs, outputs, unread, workspaces, preparation, true, scope);
    }
  }

  /** What becomes of the launch that only prepares an input for the others. */
  enum Preparation {
    /** It is one of the step's launches, if there is any. */
    PART,
    /** What it prepares stays valid: it is run before all others, and only once. */
    ONCE,
    /** An earlier step has prepared the same. */
    DONE
  }

  /** A matrix in a fixed buffer or in a block of the arena; just one of the two is set. */
  record Place(Buffer buffer, Arena.Block block, Shape shape, int offset, int stride) {
    boolean contiguous() {
      return view(buffer).contiguous();
    }

    View view(Buffer memory) {
      return new View(memory, shape.rows(), shape.columns(), offset, stride);
    }

    /** The part of a tensor that begins at an index of an axis. */
    Place part(Axis axis, Shape part, int from) {
      boolean along = axis == Axis.LAST || shape.rank() == 1;
      int step = along ? 1 : shape.rows() / axis.length(shape) * stride;
      return new Place(buffer, block, part, offset + from * step, stride);
    }

    /** The same elements under another shape; the rows must be neighbours. */
    Place reshaped(Shape other) {
      return new Place(buffer, block, other, offset, other.columns());
    }

    private boolean adjacent() {
      return stride == shape.columns() || shape.rows() == 1;
    }
  }

  private record Part(Tensor whole, Axis axis, int from) {}

  private record Prepared(Tensor input, Object form) {}

  /**
   * @param fixed the buffers of leaves and of kept tensors, null for all others
   * @param reuse false gives every tensor memory of its own
   * @param frozen parameters do not change: what is computed and prepared of them alone stays
   */
  Placement(
      DeviceInfo device,
      List<Step> steps,
      Function<Tensor, Buffer> fixed,
      Set<Tensor> kept,
      boolean reuse,
      boolean frozen) {
    this.device = device;
    this.fixed = fixed;
    this.reuse = reuse;
    this.frozen = frozen;
    this.arena = new Arena(Math.max(device.alignment(), ARENA_ALIGNMENT));
    this.end = steps.size();
    for (Step step : steps) {
      step.outputs.forEach(t -> producers.put(t, step));
      read.addAll(step.inputs);
    }
    read.addAll(kept);
    for (Step step : steps) {
      if (step.op instanceof Concat concat) {
        planParts(step, concat.axis(), kept);
      }
    }
    for (int i = 0; i < steps.size(); i++) {
      int first = work.size();
      place(steps.get(i), i);
      List<Work> launches = work.subList(first, work.size());
      if (lasts(steps.get(i), launches)) {
        lasting.addAll(steps.get(i).outputs);
        launches.replaceAll(this::once);
      }
    }
    arena.layOut();
  }

  /** A copy from buffer to buffer. */
  static Work copy(Shape shape, Buffer from, Buffer to, String scope) {
    return copy(whole(from, null, shape), whole(to, null, shape), scope);
  }

  private static Work copy(Place from, Place to, String scope) {
    return new Work(new FusedPointwise(Chain.STORE, to.shape), List.of(from), List.of(to), scope);
  }

  Arena arena() {
    return arena;
  }

  /** Lets the producers of a concatenation's inputs write straight into it, where they can. */
  private void planParts(Step concat, Axis axis, Set<Tensor> kept) {
    Tensor whole = concat.outputs.get(0);
    int from = 0;
    for (Tensor input : concat.inputs) {
      Step producer = producers.get(input);
      if (producer != null
          && writesParts(producer, input)
          && !kept.contains(input)
          && !parts.containsKey(input)) {
        parts.put(input, new Part(whole, axis, from));
      }
      from += axis.length(input.shape());
    }
  }

  private static boolean writesParts(Step producer, Tensor output) {
    return producer.op instanceof Structural
        ? producer.op instanceof Concat
        : producer.op.writesStrided(producer.outputs.indexOf(output));
  }

  private void place(Step step, int position) {
    List<Place> inputs = new ArrayList<>(step.inputs.stream().map(t -> use(t, position)).toList());
    if (step.op instanceof Split split) {
      int from = 0;
      for (Tensor output : step.outputs) {
        places.put(output, inputs.get(0).part(split.axis(), output.shape(), from));
        from += split.axis().length(output.shape());
      }
    } else if (step.op instanceof Concat concat) {
      Place whole = define(step.outputs.get(0), position);
      int from = 0;
      for (Place input : inputs) {
        Place part = whole.part(concat.axis(), input.shape, from);
        if (!part.equals(input)) {
          work.add(copy(input, part, step.scope));
        }
        from += concat.axis().length(input.shape);
      }
    } else if (step.op instanceof Structural) {
      Tensor output = step.outputs.get(0);
      Place input = inputs.get(0);
      if (!input.adjacent()) {
        input = contiguous(step.inputs.get(0), input, position, step.scope);
      }
      places.put(output, input.reshaped(output.shape()));
    } else {
      if (!step.op.readsStrided()) {
        for (int i = 0; i < inputs.size(); i++) {
          inputs.set(i, contiguous(step.inputs.get(i), inputs.get(i), position, step.scope));
        }
      }
      List<Place> outputs = step.outputs.stream().map(t -> define(t, position)).toList();
      work.add(launched(step, position, inputs, outputs));
    }
  }

  /** Not what lies outside of the arena: whoever runs a bundle chooses where outputs go. */
  private boolean lasts(Step step, List<Work> launches) {
    return frozen
        && reuse
        && !(step.op instanceof Random)
        && step.inputs.stream().allMatch(this::lasts)
        && launches.stream().flatMap(w -> w.outputs.stream()).allMatch(o -> o.block != null);
  }

  private boolean lasts(Tensor tensor) {
    return frozen && tensor.node().op() instanceof Parameter || lasting.contains(tensor);
  }

  private Work once(Work work) {
    work.outputs().forEach(output -> keep(output.block));
    return work.runOnce();
  }

  private void keep(Arena.Block block) {
    block.first = 0;
    block.last = end;
  }

  private Work launched(Step step, int position, List<Place> inputs, List<Place> outputs) {
    List<Shape> shapes = step.inputs.stream().map(Tensor::shape).toList();
    String name = step.scope + " workspace";
    var unread = new HashSet<Integer>();
    for (int i = 0; i < step.outputs.size(); i++) {
      if (!read.contains(step.outputs.get(i))) {
        unread.add(i);
      }
    }
    var workspaces = new ArrayList<Arena.Block>();
    for (long bytes : step.op.workspaces(device, shapes)) {
      workspaces.add(block(name, bytes, position));
    }
    Optional<Op.Preparation> wanted = step.op.preparation(device, shapes);
    if (wanted.isEmpty() || !reuse) {
      return new Work(
          step.op, inputs, outputs, unread, workspaces, Preparation.PART, false, step.scope);
    }
    Tensor input = step.inputs.get(wanted.get().input());
    var key = new Prepared(input, wanted.get().form());
    Arena.Block earlier = prepared.get(key);
    var preparation = earlier != null ? Preparation.DONE : Preparation.PART;
    if (earlier == null) {
      prepared.put(key, workspaces.get(0));
    } else {
      arena.remove(workspaces.set(0, earlier));
      earlier.last = Math.max(earlier.last, position);
    }
    if (lasts(input)) {
      keep(workspaces.get(0));
      preparation = earlier != null ? Preparation.DONE : Preparation.ONCE;
    }
    return new Work(step.op, inputs, outputs, unread, workspaces, preparation, false, step.scope);
  }

  private Place contiguous(Tensor tensor, Place place, int position, String scope) {
    if (place.contiguous()) {
      return place;
    }
    Place copy =
        new Place(
            null,
            block(scope + " copy", place.shape.bytes(), position),
            place.shape,
            0,
            place.shape.columns());
    Work copying = copy(place, copy, scope);
    // What is prepared of it once is prepared before all that is run more often.
    work.add(lasts(tensor) ? once(copying) : copying);
    return copy;
  }

  private Place use(Tensor tensor, int position) {
    Place place = places.get(tensor);
    if (place == null) {
      place = whole(fixed.apply(tensor), null, tensor.shape());
      places.put(tensor, place);
    }
    if (place.block != null) {
      place.block.last = Math.max(place.block.last, position);
    }
    return place;
  }

  private Place define(Tensor tensor, int position) {
    Place known = places.get(tensor);
    if (known != null) {
      return known;
    }
    Part part = parts.get(tensor);
    Place place;
    if (part != null) {
      place = define(part.whole, position).part(part.axis, tensor.shape(), part.from);
    } else {
      Buffer buffer = fixed.apply(tensor);
      String name = producers.get(tensor).scope + " " + tensor;
      place =
          buffer != null
              ? whole(buffer, null, tensor.shape())
              : whole(null, block(name, tensor.shape().bytes(), position), tensor.shape());
    }
    places.put(tensor, place);
    return place;
  }

  private static Place whole(Buffer buffer, Arena.Block block, Shape shape) {
    return new Place(buffer, block, shape, 0, shape.columns());
  }

  private Arena.Block block(String name, long bytes, int position) {
    return arena.add(name, bytes, reuse ? position : 0, reuse ? position : end);
  }
}
