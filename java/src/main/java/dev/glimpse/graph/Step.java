package dev.glimpse.graph;

import dev.glimpse.ops.Op;
import dev.glimpse.ops.Tensor;
import java.util.List;

/** An op to be run on canonical tensors. Steps are told apart by identity. */
final class Step {
  final Op op;
  final List<Tensor> inputs;
  final List<Tensor> outputs;
  final String scope;

  Step(Op op, List<Tensor> inputs, List<Tensor> outputs, String scope) {
    this.op = op;
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
    this.scope = scope;
  }
}
