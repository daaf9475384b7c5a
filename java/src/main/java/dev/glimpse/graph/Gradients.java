package dev.glimpse.graph;

import dev.glimpse.ops.Node;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Reshape;
import dev.glimpse.ops.Reversible;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
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
  private final Map<Node, List<GradientSum>> gradients = new HashMap<>();
  private final Set<Node> relevant = new HashSet<>();
  private final Map<Tensor, Tensor> restored = new HashMap<>();

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
    pass.accumulate(loss, Ops.constant(1, loss.shape()));
    pass.propagate(loss.node());
    var result = new ArrayList<Tensor>();
    wanted.forEach(t -> result.add(pass.of(t.node()).get(t.index())));
    return result;
  }

  /** The gradients by a node's outputs; null where there is none. */
  private List<Tensor> of(Node node) {
    var result = new ArrayList<Tensor>();
    for (Tensor output : node.outputs()) {
      List<GradientSum> sums = gradients.get(node);
      result.add(sums == null ? null : sums.get(output.index()).total());
    }
    return result;
  }

  /** Marks the nodes between the wanted tensors and the loss; no other gradient is built. */
  private void findRelevant(Node loss, List<Tensor> wanted) {
    wanted.forEach(t -> relevant.add(t.node()));
    for (Node node : Reachable.from(loss.outputs())) {
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
      List<Tensor> dy = of(node);
      Node seen = restored.isEmpty() ? node : node.seenAs(this::restored);
      restoreInput(seen, node);
      List<Tensor> dx = Scope.as(node.scope(), () -> node.op().gradients(seen, dy));
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

  /** From here back, an input of a reversible op is what its output gives. */
  private void restoreInput(Node seen, Node node) {
    if (seen.op() instanceof Reversible op && op.restores() != Reversible.NOTHING) {
      restored.put(
          unshaped(node.inputs().get(op.restores())),
          Scope.as(node.scope(), () -> op.restore(seen)));
    }
  }

  private Tensor restored(Tensor tensor) {
    Tensor instead = restored.get(unshaped(tensor));
    return instead == null ? tensor : Ops.reshape(instead, tensor.shape());
  }

  /** The tensor of which this one may be another shape. */
  private static Tensor unshaped(Tensor tensor) {
    Tensor t = tensor;
    while (t.node().op() instanceof Reshape) {
      t = t.node().inputs().get(0);
    }
    return t;
  }

  private void accumulate(Tensor tensor, Tensor gradient) {
    if (gradient.shape().size() != tensor.shape().size()) {
      throw new IllegalStateException(
          "the gradient by %s of %s is %s"
              .formatted(tensor.shape(), tensor.node().op().name(), gradient.shape()));
    }
    gradients
        .computeIfAbsent(tensor.node(), n -> n.outputs().stream().map(GradientSum::new).toList())
        .get(tensor.index())
        .add(gradient);
  }
}
