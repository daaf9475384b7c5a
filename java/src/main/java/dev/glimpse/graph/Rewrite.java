package dev.glimpse.graph;

import dev.glimpse.ops.Node;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a graph anew with some of its nodes replaced; what depends on none of them stays. */
public final class Rewrite {
  private Rewrite() {}

  /** Says what stands in a node's place. */
  @FunctionalInterface
  public interface Rule {
    /**
     * The tensors in the place of a node's outputs, of the same shapes; nothing where it stays.
     *
     * @param inputs what stands in the place of the node's inputs
     */
    Optional<List<Tensor>> replace(Node node, List<Tensor> inputs);
  }

  /** The tensors that stand in the place of some, when the rule was applied to all before them. */
  public static List<Tensor> of(List<Tensor> tensors, Rule rule) {
    var renewed = new HashMap<Tensor, Tensor>();
    for (Node node : Reachable.from(tensors)) {
      List<Tensor> outputs = Scope.as(node.scope(), () -> outputs(node, renewed, rule));
      for (int i = 0; i < outputs.size(); i++) {
        renewed.put(node.outputs().get(i), outputs.get(i));
      }
    }
    return tensors.stream().map(renewed::get).toList();
  }

  private static List<Tensor> outputs(Node node, Map<Tensor, Tensor> renewed, Rule rule) {
    List<Tensor> inputs = node.inputs().stream().map(renewed::get).toList();
    return rule.replace(node, inputs)
        .orElseGet(
            () ->
                inputs.equals(node.inputs())
                    ? node.outputs()
                    : Node.of(node.op(), inputs).outputs());
  }
}
