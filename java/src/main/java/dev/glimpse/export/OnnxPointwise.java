package dev.glimpse.export;

import static dev.glimpse.export.OnnxAttributes.integer;
import static dev.glimpse.export.OnnxAttributes.real;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.glimpse.ops.Constant;
import dev.glimpse.ops.Function;
import dev.glimpse.ops.Node;
import dev.glimpse.ops.Pointwise;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.List;
import java.util.Optional;

/** Functions of single elements, as operators of ONNX. */
final class OnnxPointwise {
  private final OnnxGraph graph;
  private final OnnxOperands operands;

  OnnxPointwise(OnnxGraph graph, OnnxOperands operands) {
    this.graph = graph;
    this.operands = operands;
  }

  OnnxValue translate(Node node, Pointwise op) {
    if (op.function() == Function.NORMALIZE) {
      Optional<OnnxValue> normalized = batchNormalization(node);
      if (normalized.isPresent()) {
        return normalized.get();
      }
    }
    List<OnnxValue> in = node.inputs().stream().map(operands::value).toList();
    boolean first = in.stream().anyMatch(OnnxValue::channelsFirst);
    List<String> names =
        in.stream().map(v -> first ? operands.channelsFirst(v) : operands.channelsLast(v)).toList();
    Shape shape = OnnxValue.broadcast(in.stream().map(OnnxValue::shape).toList());
    return new OnnxValue(apply(op, names), shape, first);
  }

  private String apply(Pointwise op, List<String> x) {
    return switch (op.function()) {
      case IDENTITY -> x.get(0);
      case ADD -> graph.node("Add", x);
      case SUBTRACT -> graph.node("Sub", x);
      case MULTIPLY -> graph.node("Mul", x);
      case DIVIDE -> graph.node("Div", x);
      case MAXIMUM -> graph.node("Max", x);
      case GREATER ->
          graph.node(
              "Cast",
              List.of(graph.node("Greater", x)),
              integer("to", TensorProto.DataType.FLOAT.getNumber()));
      case SCALE -> multiply(x.get(0), graph.number(op.constants().get(0)));
      case SHIFT -> add(x.get(0), graph.number(op.constants().get(0)));
      case SQUARE -> multiply(x.get(0), x.get(0));
      case SQRT -> graph.node("Sqrt", x);
      case ABS -> graph.node("Abs", x);
      case EXP -> graph.node("Exp", x);
      case LOG -> graph.node("Log", x);
      case TANH -> graph.node("Tanh", x);
      case SIGMOID -> graph.node("Sigmoid", x);
      case SOFTPLUS -> graph.node("Softplus", x);
      case RELU -> graph.node("Relu", x);
      case LEAKY_RELU -> graph.node("LeakyRelu", x, real("alpha", op.constants().get(0)));
      case REPARAMETERISE -> {
        String deviation = graph.node("Exp", List.of(multiply(x.get(1), graph.number(0.5f))));
        yield add(x.get(0), multiply(x.get(2), deviation));
      }
      case NORMALIZE -> {
        String centred = graph.node("Sub", List.of(x.get(0), x.get(1)));
        yield add(multiply(centred, multiply(x.get(2), x.get(3))), x.get(4));
      }
      case RELU_GRADIENT,
          LEAKY_RELU_GRADIENT,
          TANH_GRADIENT,
          SIGMOID_GRADIENT,
          BERNOULLI_CROSS_ENTROPY,
          BERNOULLI_CROSS_ENTROPY_GRADIENT,
          GAUSSIAN_KL,
          GAUSSIAN_KL_GRADIENT,
          REPARAMETERISE_GRADIENT,
          NORMALIZE_GRADIENT ->
          throw new ExportException(
              "ONNX models are for inference: " + op.name() + " is a part of training");
    };
  }

  private String add(String a, String b) {
    return graph.node("Add", List.of(a, b));
  }

  private String multiply(String a, String b) {
    return graph.node("Mul", List.of(a, b));
  }

  /** The operator of that name, for what {@code nn.BatchNorm} writes outside of training. */
  private Optional<OnnxValue> batchNormalization(Node node) {
    Tensor x = node.inputs().get(0);
    Optional<Variance> variance = Variance.of(node.inputs().get(2));
    boolean whole = operands.value(x).shape().equals(x.shape());
    if (variance.isEmpty() || !whole || x.shape().rank() != 2 && x.shape().rank() != 4) {
      return Optional.empty();
    }
    boolean images = x.shape().rank() == 4;
    String y =
        graph.node(
            "BatchNormalization",
            List.of(
                images ? operands.images(x) : operands.whole(x),
                operands.value(node.inputs().get(3)).name(),
                operands.value(node.inputs().get(4)).name(),
                operands.value(node.inputs().get(1)).name(),
                operands.value(variance.get().variance).name()),
            real("epsilon", variance.get().epsilon));
    return Optional.of(new OnnxValue(y, x.shape(), images));
  }

  /** What one over a standard deviation, {@code 1 / sqrt(variance + epsilon)}, is made of. */
  private record Variance(Tensor variance, float epsilon) {
    static Optional<Variance> of(Tensor deviation) {
      boolean inverse =
          input(deviation, Function.DIVIDE, 0)
              .filter(one -> one.node().op() instanceof Constant c && c.value() == 1)
              .isPresent();
      return !inverse
          ? Optional.empty()
          : input(deviation, Function.DIVIDE, 1)
              .flatMap(root -> input(root, Function.SQRT, 0))
              .flatMap(
                  sum ->
                      input(sum, Function.SHIFT, 0)
                          .map(
                              variance ->
                                  new Variance(
                                      variance, ((Pointwise) sum.node().op()).constants().get(0))));
    }

    private static Optional<Tensor> input(Tensor tensor, Function function, int index) {
      return tensor.node().op() instanceof Pointwise op && op.function() == function
          ? Optional.of(tensor.node().inputs().get(index))
          : Optional.empty();
    }
  }
}
