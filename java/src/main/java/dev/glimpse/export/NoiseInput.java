package dev.glimpse.export;

import dev.glimpse.graph.Reachable;
import dev.glimpse.graph.Rewrite;
import dev.glimpse.ops.Axis;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Node;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Random;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Replaces the normal draws of a function by an input {@code noise [N, Z]}, which holds them side
 * by side in the order in which they were written: so the same noise gives the same images
 * everywhere.
 */
final class NoiseInput {
  /** The name of the input. */
  static final String NAME = "noise";

  private NoiseInput() {}

  /**
   * A function without draws; the same one where it has none.
   *
   * @throws ExportException where something else than standard normal vectors is drawn
   */
  static ModelFunction of(ModelFunction function) {
    List<Tensor> tensors = List.copyOf(function.outputs().values());
    Map<Node, Integer> widths = new LinkedHashMap<>();
    for (Node node : Reachable.from(tensors)) {
      if (node.op() instanceof Random random) {
        widths.put(node, widthOf(node, random));
      }
    }
    if (widths.isEmpty()) {
      return function;
    }
    int sum = widths.values().stream().mapToInt(w -> w).sum();
    Tensor noise = Tensor.of(new Input(NAME, Shape.of(function.batch(), sum)));
    List<Tensor> parts = Ops.split(Axis.LAST, noise, List.copyOf(widths.values()));
    var draws = new HashMap<Node, Tensor>();
    widths.keySet().forEach(node -> draws.put(node, parts.get(draws.size())));
    var inputs = new LinkedHashMap<>(function.inputs());
    inputs.put(NAME, noise);
    List<Tensor> outputs =
        Rewrite.of(tensors, (node, in) -> Optional.ofNullable(draws.get(node)).map(List::of));
    return new ModelFunction(
        function.name(), function.batch(), inputs, named(function.outputs(), outputs));
  }

  /** Other tensors under the same names, in their order. */
  static Map<String, Tensor> named(Map<String, Tensor> names, List<Tensor> tensors) {
    var named = new LinkedHashMap<String, Tensor>();
    names.keySet().forEach(key -> named.put(key, tensors.get(named.size())));
    return named;
  }

  private static int widthOf(Node node, Random random) {
    Shape shape = node.outputs().get(0).shape();
    if (random.distribution() != Random.Distribution.NORMAL || shape.rank() != 2) {
      throw new ExportException(
          "%s %s cannot be an input: only rows of standard normal numbers can"
              .formatted(random.name(), shape));
    }
    return shape.columns();
  }
}
