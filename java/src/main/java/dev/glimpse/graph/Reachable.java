package dev.glimpse.graph;

import dev.glimpse.ops.Node;
import dev.glimpse.ops.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;

/** The part of a graph on which some tensors depend. */
public final class Reachable {
  private Reachable() {}

  /** All nodes that make the tensors, or what they are made of, in the order of their making. */
  public static List<Node> from(Collection<Tensor> tensors) {
    List<Node> roots = tensors.stream().map(Tensor::node).toList();
    var found = new HashSet<>(roots);
    var pending = new ArrayDeque<>(found);
    while (!pending.isEmpty()) {
      for (Tensor input : pending.pop().inputs()) {
        if (found.add(input.node())) {
          pending.push(input.node());
        }
      }
    }
    var ordered = new ArrayList<>(found);
    ordered.sort(Comparator.comparingLong(Node::id));
    return ordered;
  }
}
