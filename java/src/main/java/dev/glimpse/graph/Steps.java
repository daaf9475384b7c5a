package dev.glimpse.graph;

import dev.glimpse.ops.Broadcast;
import dev.glimpse.ops.Constant;
import dev.glimpse.ops.Fusible;
import dev.glimpse.ops.Leaf;
import dev.glimpse.ops.Node;
import dev.glimpse.ops.Op;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What must be computed for some tensors, in the order in which it was written. Nothing else is
 * (dead-code elimination), and nothing twice (common subexpressions).
 */
final class Steps {
  final List<Step> list = new ArrayList<>();
  private final Map<Tensor, Tensor> canonical = new HashMap<>();
  private final Map<Tensor, Tensor> stored = new HashMap<>();

  Steps(Collection<Tensor> roots, boolean shareCommon) {
    var seen = new HashMap<Key, Node>();
    for (Node node : Reachable.from(roots)) {
      List<Tensor> inputs = node.inputs().stream().map(this::canonical).toList();
      boolean leaf = node.op() instanceof Leaf;
      Node first = shareCommon || leaf ? seen.putIfAbsent(new Key(node.op(), inputs), node) : null;
      if (first != null) {
        for (int i = 0; i < node.outputs().size(); i++) {
          canonical.put(node.outputs().get(i), first.outputs().get(i));
        }
      } else if (!leaf) {
        boolean fusible = node.op() instanceof Fusible;
        List<Tensor> stored = fusible ? inputs : inputs.stream().map(this::inMemory).toList();
        list.add(new Step(node.op(), stored, node.outputs(), node.scope()));
      }
    }
  }

  /** Chains take constants as literals; for any other op they are written to memory. */
  private Tensor inMemory(Tensor input) {
    if (!(input.node().op() instanceof Constant constant)) {
      return input;
    }
    return stored.computeIfAbsent(
        input, t -> copy(Ops.constant(constant.value(), Shape.SCALAR), t.shape()));
  }

  /** Adds a step that copies a tensor, and returns the copy. */
  Tensor copy(Tensor tensor, Shape shape) {
    Tensor copy = Tensor.of(new Broadcast(shape), tensor);
    list.add(new Step(copy.node().op(), List.of(tensor), List.of(copy), "copy"));
    return copy;
  }

  private record Key(Op op, List<Tensor> inputs) {}

  /** The tensor that stands for all tensors equal to this one. */
  Tensor canonical(Tensor tensor) {
    return canonical.getOrDefault(tensor, tensor);
  }
}
