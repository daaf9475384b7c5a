package dev.glimpse.graph;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.ops.Chain;
import dev.glimpse.ops.Concat;
import dev.glimpse.ops.FusedPointwise;
import dev.glimpse.ops.Op;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Split;
import dev.glimpse.ops.Structural;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;

/**
 * Finds every tensor its memory: a fixed buffer, a block of the arena, or a part of another
 * tensor's place. Structural ops vanish here; where one cannot, a copy takes its place.
 */
final class Placement {
  private static final Op COPY = new FusedPointwise(Chain.STORE);

  private final DeviceInfo device;
  private final Function<Tensor, Buffer> fixed;
  private final boolean reuse;
  private final boolean frozen;
  private final Map<Tensor, Place> places = new HashMap<>();
  private final Map<Tensor, Part> parts = new HashMap<>();
  private final Map<Tensor, Step> producers = new HashMap<>();
  private final Arena arena;
  private final int end;
  final List<Work> work = new ArrayList<>();

  /** A launch-to-be with its operands' places. */
  record Work(
      Op op,
      List<Place> inputs,
      List<Place> outputs,
      List<Arena.Block> workspaces,
      boolean prepared,
      String scope) {}

  /** A matrix in a fixed buffer or in a block of the arena; just one of the two is set. */
  record Place(Buffer buffer, Arena.Block block, Shape shape, int offset, int stride) {
    boolean contiguous() {
      return view(buffer).contiguous();
    }

    View view(Buffer memory) {
      return new View(memory, shape.rows(), shape.columns(), offset, stride);
    }

    Place part(Shape part, int from) {
      return new Place(buffer, block, part, offset + from, stride);
    }
  }

  private record Part(Tensor whole, int from) {}

  /**
   * @param fixed the buffers of leaves and of kept tensors, null for all others
   * @param reuse false gives every tensor memory of its own
   * @param frozen parameters do not change: what is prepared of them stays
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
    this.arena = new Arena(Math.max(device.alignment(), 4 * ParameterSet.ALIGNMENT));
    this.end = steps.size();
    for (Step step : steps) {
      step.outputs.forEach(t -> producers.put(t, step));
    }
    for (Step step : steps) {
      if (step.op instanceof Concat) {
        planParts(step, kept);
      }
    }
    for (int i = 0; i < steps.size(); i++) {
      place(steps.get(i), i);
    }
    arena.layOut();
  }

  /** A copy from buffer to buffer. */
  static Work copy(Shape shape, Buffer from, Buffer to, String scope) {
    return new Work(
        COPY,
        List.of(whole(from, null, shape)),
        List.of(whole(to, null, shape)),
        List.of(),
        false,
        scope);
  }

  Arena arena() {
    return arena;
  }

  /** Lets the producers of a concatenation's inputs write straight into it, where they can. */
  private void planParts(Step concat, Set<Tensor> kept) {
    Tensor whole = concat.outputs.get(0);
    int from = 0;
    for (Tensor input : concat.inputs) {
      Step producer = producers.get(input);
      if (producer != null
          && !(producer.op instanceof Structural)
          && producer.op.writesStrided(producer.outputs.indexOf(input))
          && !kept.contains(input)
          && !parts.containsKey(input)) {
        parts.put(input, new Part(whole, from));
      }
      from += input.shape().columns();
    }
  }

  private void place(Step step, int position) {
    List<Place> inputs = new ArrayList<>(step.inputs.stream().map(t -> use(t, position)).toList());
    if (step.op instanceof Split split) {
      for (int i = 0; i < step.outputs.size(); i++) {
        Tensor output = step.outputs.get(i);
        places.put(output, inputs.get(0).part(output.shape(), split.offset(i)));
      }
    } else if (step.op instanceof Concat) {
      Place whole = define(step.outputs.get(0), position);
      int from = 0;
      for (Place input : inputs) {
        Place part = whole.part(input.shape, from);
        if (!part.equals(input)) {
          work.add(new Work(COPY, List.of(input), List.of(part), List.of(), false, step.scope));
        }
        from += input.shape.columns();
      }
    } else if (step.op instanceof Structural) {
      Tensor output = step.outputs.get(0);
      Place input = contiguous(inputs.get(0), position, step.scope);
      places.put(
          output,
          new Place(input.buffer, input.block, output.shape(), 0, output.shape().columns()));
    } else {
      if (!step.op.readsStrided()) {
        inputs.replaceAll(input -> contiguous(input, position, step.scope));
      }
      List<Place> outputs = step.outputs.stream().map(t -> define(t, position)).toList();
      boolean prepared = frozen && isPrepared(step);
      var workspaces = new ArrayList<Arena.Block>();
      for (long bytes :
          step.op.workspaces(device, step.inputs.stream().map(Tensor::shape).toList())) {
        String name = step.scope + " workspace";
        boolean stays = prepared && workspaces.isEmpty();
        workspaces.add(stays ? arena.add(name, bytes, 0, end) : block(name, bytes, position));
      }
      work.add(new Work(step.op, inputs, outputs, workspaces, prepared, step.scope));
    }
  }

  private boolean isPrepared(Step step) {
    OptionalInt input = step.op.prepared(device);
    return input.isPresent() && step.inputs.get(input.getAsInt()).node().op() instanceof Parameter;
  }

  private Place contiguous(Place place, int position, String scope) {
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
    // An alias of the copy may outlive this step.
    copy.block.last = end;
    work.add(new Work(COPY, List.of(place), List.of(copy), List.of(), false, scope));
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
      place = define(part.whole, position).part(tensor.shape(), part.from);
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
