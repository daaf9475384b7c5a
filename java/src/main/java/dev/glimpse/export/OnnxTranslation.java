package dev.glimpse.export;

import static dev.glimpse.export.OnnxAttributes.integer;
import static dev.glimpse.export.OnnxAttributes.integers;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.glimpse.ops.AttentionRead;
import dev.glimpse.ops.AttentionWrite;
import dev.glimpse.ops.AveragePool;
import dev.glimpse.ops.Axis;
import dev.glimpse.ops.Broadcast;
import dev.glimpse.ops.Concat;
import dev.glimpse.ops.Constant;
import dev.glimpse.ops.Convolution;
import dev.glimpse.ops.Function;
import dev.glimpse.ops.LogSumExp;
import dev.glimpse.ops.LstmSequence;
import dev.glimpse.ops.LstmStep;
import dev.glimpse.ops.MatMul;
import dev.glimpse.ops.MaxPool;
import dev.glimpse.ops.Node;
import dev.glimpse.ops.Op;
import dev.glimpse.ops.Pointwise;
import dev.glimpse.ops.Repeat;
import dev.glimpse.ops.Reshape;
import dev.glimpse.ops.RowSum;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Softmax;
import dev.glimpse.ops.Split;
import dev.glimpse.ops.StopGradient;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Upsample;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes the nodes of a graph, in their order, as nodes of an ONNX graph. */
final class OnnxTranslation {
  private final OnnxGraph graph;
  private final OnnxOperands operands;
  private final OnnxPointwise pointwise;
  private final OnnxLayers layers;
  private final OnnxRecurrent recurrent;
  private final Map<Tensor, List<Node>> readers = new HashMap<>();
  private final Collection<Tensor> wanted;

  OnnxTranslation(OnnxGraph graph, OnnxOperands operands, Collection<Tensor> wanted) {
    this.graph = graph;
    this.operands = operands;
    this.wanted = wanted;
    pointwise = new OnnxPointwise(graph, operands);
    layers = new OnnxLayers(graph, operands);
    recurrent = new OnnxRecurrent(graph, operands);
  }

  /**
   * Translates.
   *
   * @param nodes all on which the wanted tensors depend, in the order of their making
   */
  void translate(List<Node> nodes) {
    for (Node node : nodes) {
      for (Tensor input : node.inputs()) {
        readers.computeIfAbsent(input, key -> new ArrayList<>()).add(node);
      }
    }
    for (Node node : nodes) {
      Tensor y = node.outputs().get(0);
      // What is fixed is a weight, written where it is read.
      if (!operands.isFixed(y) && !operands.has(y)) {
        graph.enter(node.scope());
        translate(node);
      }
    }
  }

  private void translate(Node node) {
    Op op = node.op();
    Tensor y = node.outputs().get(0);
    if (op instanceof Pointwise function) {
      operands.put(y, pointwise.translate(node, function));
    } else if (op instanceof MatMul product) {
      Node biased = biased(y);
      put(y, biased, layers.product(node, product, biasOf(y, biased)));
    } else if (op instanceof Convolution convolution) {
      Node biased = biased(y);
      put(y, biased, layers.convolution(node, convolution, biasOf(y, biased)));
    } else if (op instanceof MaxPool pool) {
      operands.put(y, layers.maxPool(node, pool));
    } else if (op instanceof AveragePool pool) {
      operands.put(y, layers.averagePool(node, pool));
    } else if (op instanceof Upsample upsample) {
      operands.put(y, layers.upsample(node, upsample));
    } else if (op instanceof LstmStep) {
      List<OnnxValue> state = recurrent.lstm(node);
      operands.put(y, state.get(0));
      operands.put(node.outputs().get(1), state.get(1));
    } else if (op instanceof LstmSequence) {
      operands.put(y, recurrent.sequence(node));
    } else if (op instanceof AttentionRead read) {
      operands.put(y, recurrent.read(node, read));
    } else if (op instanceof AttentionWrite write) {
      operands.put(y, recurrent.write(node, write));
    } else if (op instanceof Broadcast || op instanceof StopGradient) {
      operands.put(y, operands.value(node.inputs().get(0)));
    } else if (op instanceof Reshape) {
      operands.put(y, reshape(node.inputs().get(0), y.shape()));
    } else if (op instanceof Repeat repeat) {
      operands.put(y, repeat(node.inputs().get(0), repeat));
    } else if (op instanceof Concat concat) {
      operands.put(y, concat(node, concat));
    } else if (op instanceof Split split) {
      split(node, split);
    } else if (op instanceof RowSum) {
      operands.put(y, ofRows(node, "ReduceSum", graph.integers(-1)));
    } else if (op instanceof Softmax) {
      operands.put(y, ofRows(node, "Softmax", null));
    } else if (op instanceof LogSumExp) {
      String x = operands.whole(node.inputs().get(0));
      String sums = graph.node("ReduceLogSumExp", List.of(x), integers("axes", -1));
      operands.put(y, OnnxValue.of(sums, y.shape()));
    } else if (!(op instanceof Constant)) {
      throw new ExportException("there is no translation of '" + op.name() + "' to ONNX");
    }
  }

  private OnnxValue ofRows(Node node, String type, String axes) {
    String x = operands.whole(node.inputs().get(0));
    String y =
        axes == null
            ? graph.node(type, List.of(x), integer("axis", -1))
            : graph.node(type, List.of(x, axes));
    return OnnxValue.of(y, node.outputs().get(0).shape());
  }

  /** The node that adds a bias to a layer's result, where nobody else reads that; else null. */
  private Node biased(Tensor y) {
    List<Node> all = readers.getOrDefault(y, List.of());
    if (all.size() != 1 || wanted.contains(y)) {
      return null;
    }
    Node reader = all.get(0);
    boolean adds = reader.op() instanceof Pointwise op && op.function() == Function.ADD;
    return adds && isBias(other(reader, y), y) ? reader : null;
  }

  private boolean isBias(Tensor bias, Tensor y) {
    return operands.isFixed(bias) && bias.shape().equals(Shape.of(y.shape().columns()));
  }

  private static Tensor other(Node sum, Tensor y) {
    return sum.inputs().get(sum.inputs().get(0) == y ? 1 : 0);
  }

  private static Tensor biasOf(Tensor y, Node biased) {
    return biased == null ? null : other(biased, y);
  }

  /** The value of a layer: its result, or, where a bias is in it, the sum of both. */
  private void put(Tensor y, Node biased, OnnxValue value) {
    operands.put(biased == null ? y : biased.outputs().get(0), value);
  }

  private OnnxValue reshape(Tensor x, Shape shape) {
    operands.times(shape);
    operands.times(x.shape());
    if (shape.rank() < 2) {
      throw new ExportException("a vector " + shape + " would have an open length");
    }
    boolean sequence = OnnxValue.batchAxis(x.shape()) + OnnxValue.batchAxis(shape) > 0;
    boolean ofRows = x.shape().rank() < 4 && shape.rank() < 4;
    if (sequence && !(ofRows && x.shape().columns() == shape.columns())) {
      throw new ExportException(
          "a sequence [T, N, C] is made of rows [T N, C], and becomes such: not %s from %s"
              .formatted(shape, x.shape()));
    }
    OnnxValue value = operands.filled(x);
    boolean asItLies = value.channelsFirst() && OnnxValue.sameInBothOrders(value.shape());
    String name = asItLies ? value.name() : operands.channelsLast(value);
    // Images of one channel are in both orders at once: where they begin, choose what ONNX wants.
    boolean first = shape.rank() == 4 && OnnxValue.sameInBothOrders(shape);
    List<Integer> axes = first ? List.of(0, 3, 1, 2) : List.of(0, 1, 2, 3);
    long[] lengths = new long[shape.rank()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = shape.dimension(first ? axes.get(i) : i);
    }
    lengths[OnnxValue.batchAxis(shape)] = -1;
    String y = graph.node("Reshape", List.of(name, graph.integers(lengths)));
    return new OnnxValue(y, shape, first);
  }

  /** Rows side by side, and then each a row of its own. */
  private OnnxValue repeat(Tensor x, Repeat op) {
    if (x.shape().rank() != 2) {
      throw new ExportException("only rows can be repeated, not " + x.shape());
    }
    int columns = x.shape().columns();
    String times = graph.integers(1, op.times());
    String wide = graph.node("Tile", List.of(operands.whole(x), times));
    String y = graph.node("Reshape", List.of(wide, graph.integers(-1, columns)));
    return OnnxValue.of(y, Shape.of(x.shape().rows() * op.times(), columns));
  }

  private OnnxValue concat(Node node, Concat op) {
    List<String> parts = node.inputs().stream().map(operands::whole).toList();
    String y = graph.node("Concat", parts, axis(op.axis()));
    return OnnxValue.of(y, node.outputs().get(0).shape());
  }

  private void split(Node node, Split op) {
    Tensor x = node.inputs().get(0);
    var in = new ArrayList<>(List.of(operands.whole(x)));
    if (op.axis() == Axis.LAST || OnnxValue.batchAxis(x.shape()) > 0) {
      in.add(graph.integers(op.lengths().stream().mapToLong(length -> length).toArray()));
    } else if (op.lengths().stream().distinct().count() > 1) {
      throw new ExportException("parts of a batch of open length must be equal");
    }
    List<String> parts = graph.nodes("Split", in, op.lengths().size(), axis(op.axis()));
    for (int i = 0; i < parts.size(); i++) {
      Tensor part = node.outputs().get(i);
      operands.put(part, OnnxValue.of(parts.get(i), part.shape()));
    }
  }

  private static AttributeProto axis(Axis axis) {
    return integer("axis", axis == Axis.LAST ? -1 : 0);
  }
}
