package dev.glimpse.graph;

import dev.glimpse.ops.Node;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** Reverse-mode differentiation: extends a graph by the gradient rules of its ops. */
public final class Gradients {
  private final Map<Node, List<Tensor>> gradients = new HashMap<>();
  private final Set<Node> relevant = new HashSet<>();

  private Gradients() {}

  /**
   * The gradients of a scalar by parameters.
   *
   * @throws IllegalArgumentException when the loss is no scalar or does not depend on a parameter
   */
  public static Map<Parameter, Tensor> of(Tensor loss, List<Parameter> parameters) {
    List<Tensor> tensors = parameters.stream().map(Parameter::tensor).toList();
    List<Tensor> by = ofTensors(loss, tensors);
    var result = new LinkedHashMap<Parameter, Tensor>();
    for (int i = 0; i < parameters.size(); i++) {
      if (by.get(i) == null) {
        throw new IllegalArgumentException(
            "the loss does not depend on parameter " + parameters.get(i).name());
      }
      result.put(parameters.get(i), by.get(i));
    }
    return result;
  }

  /** The gradients of a scalar by any tensors; null where it does not depend on one. */
  public static List<Tensor> ofTensors(Tensor loss, List<Tensor> wanted) {
    if (loss.shape().size() != 1) {
      throw new IllegalArgumentException("a loss must be a scalar, not " + loss.shape());
    }
    var pass = new Gradients();
    pass.findRelevant(loss.node(), wanted);
    pass.accumulate(loss, Ops.constant(1, Shape.SCALAR));
    pass.propagate(loss.node());
    return wanted.stream()
        .map(t -> pass.gradients.getOrDefault(t.node(), nulls(t.node())).get(t.index()))
        .toList();
  }

  private static List<Tensor> nulls(Node node) {
    return new ArrayList<>(Arrays.asList(new Tensor[node.outputs().size()]));
  }

  /** Marks the nodes between the wanted tensors and the loss; no other gradient is built. */
  private void findRelevant(Node loss, List<Tensor> wanted) {
    wanted.forEach(t -> relevant.add(t.node()));
    for (Node node : Steps.reachable(List.of(loss))) {
      if (node.inputs().stream().anyMatch(input -> relevant.contains(input.node()))) {
        relevant.add(node);
      }
    }
  }

  /** Nodes in the reverse order of their making: all consumers come before a producer. */
  private void propagate(Node loss) {
    var queue = new PriorityQueue<Node>(Comparator.comparingLong(Node::id).reversed());
    var queued = new HashSet<Node>();
    queue.add(loss);
    while (!queue.isEmpty()) {
      Node node = queue.remove();
      if (!relevant.contains(node) || node.inputs().isEmpty() || !gradients.containsKey(node)) {
        continue;
      }
      List<Tensor> dy = gradients.get(node);
      List<Tensor> dx = Scope.as(node.scope(), () -> node.op().gradients(node, dy));
      for (int i = 0; i < dx.size(); i++) {
        Tensor input = node.inputs().get(i);
        if (dx.get(i) != null && relevant.contains(input.node())) {
          accumulate(input, dx.get(i));
          if (queued.add(input.node())) {
            queue.add(input.node());
          }
        }
      }
    }
  }

  private void accumulate(Tensor tensor, Tensor gradient) {
    List<Tensor> sums = gradients.computeIfAbsent(tensor.node(), Gradients::nulls);
    Tensor before = sums.get(tensor.index());
    sums.set(
        tensor.index(),
        before == null
            ? gradient
            : Scope.as(tensor.node().scope(), () -> Ops.add(before, gradient)));
  }
}
