package dev.glimpse.export;

import static dev.glimpse.export.OnnxAttributes.integer;
import static dev.glimpse.export.OnnxAttributes.integers;

import dev.glimpse.ops.AttentionRead;
import dev.glimpse.ops.AttentionWindow;
import dev.glimpse.ops.AttentionWrite;
import dev.glimpse.ops.Axis;
import dev.glimpse.ops.Layout;
import dev.glimpse.ops.Node;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.Collections;
import java.util.List;

/**
 * An LSTM over a whole sequence, by the operator of that name; and the parts of DRAW, of ONNX's
 * simple operators: a step of an LSTM, and Gaussian attention as {@code kernels/attention.cl}
 * computes it.
 */
final class OnnxRecurrent {
  private final OnnxGraph graph;
  private final OnnxOperands operands;

  OnnxRecurrent(OnnxGraph graph, OnnxOperands operands) {
    this.graph = graph;
    this.operands = operands;
  }

  /** The hidden states {@code [T, N, H]} of a sequence. */
  OnnxValue sequence(Node node) {
    Tensor weight = node.inputs().get(1);
    Tensor bias = node.inputs().get(2);
    if (!operands.isFixed(weight) || !operands.isFixed(bias)) {
      throw new ExportException(node.op().name() + ": its weights are computed");
    }
    Shape y = node.outputs().get(0).shape();
    List<Tensor> parts = Scope.as(node.scope(), () -> parts(weight, bias));
    // The operator has an axis of directions, of length 1 here.
    Layout row = new Layout(parts.get(2).shape(), List.of(0), Shape.of(1, 8 * y.columns()));
    List<String> in =
        List.of(
            operands.whole(node.inputs().get(0)),
            transposed(parts.get(0)),
            transposed(parts.get(1)),
            operands.weights(parts.get(2), row));
    String states = graph.node("LSTM", in, integer("hidden_size", y.columns()));
    return OnnxValue.of(graph.node("Squeeze", List.of(states, graph.integers(1))), y);
  }

  /** The operator's weights: of inputs, of hidden states, and a bias of either product. */
  private static List<Tensor> parts(Tensor weight, Tensor bias) {
    int hidden = bias.shape().size() / 4;
    List<Tensor> weights =
        Ops.split(Axis.FIRST, weight, List.of(weight.shape().rows() - hidden, hidden));
    Tensor biases = Ops.concat(List.of(reordered(bias), Ops.constant(0, bias.shape())));
    return List.of(reordered(weights.get(0)), reordered(weights.get(1)), biases);
  }

  /** Gates in the operator's order, input, output, forget, candidate, instead of ours. */
  private static Tensor reordered(Tensor x) {
    List<Tensor> gates = Ops.split(x, Collections.nCopies(4, x.shape().columns() / 4));
    return Ops.concat(List.of(gates.get(0), gates.get(3), gates.get(1), gates.get(2)));
  }

  /** A weight {@code [C, 4 H]} as {@code [1, 4 H, C]}. */
  private String transposed(Tensor weight) {
    Shape shape = weight.shape();
    Shape there = Shape.of(1, shape.columns(), shape.rows());
    return operands.weights(weight, new Layout(shape, List.of(1, 0), there));
  }

  /** The hidden state and the cells after a step. */
  List<OnnxValue> lstm(Node node) {
    Shape cells = node.outputs().get(0).shape();
    List<String> gates =
        columns(operands.whole(node.inputs().get(0)), Collections.nCopies(4, cells.columns()));
    String kept =
        multiply(
            graph.node("Sigmoid", List.of(gates.get(1))),
            operands.value(node.inputs().get(1)).name());
    String added =
        multiply(
            graph.node("Sigmoid", List.of(gates.get(0))),
            graph.node("Tanh", List.of(gates.get(2))));
    String cell = add(kept, added);
    String hidden =
        multiply(graph.node("Sigmoid", List.of(gates.get(3))), graph.node("Tanh", List.of(cell)));
    return List.of(OnnxValue.of(hidden, cells), OnnxValue.of(cell, cells));
  }

  /** Patches {@code intensity Fy image Fx'}, of the image and perhaps of its error image. */
  OnnxValue read(Node node, AttentionRead op) {
    AttentionWindow window = op.window();
    var grid = new Grid(operands.whole(node.inputs().get(op.error() ? 2 : 1)), window);
    String images = operands.whole(node.inputs().get(0));
    String patches = read(images, grid);
    if (op.error()) {
      String shown = graph.node("Sigmoid", List.of(operands.whole(node.inputs().get(1))));
      String errors = read(graph.node("Sub", List.of(images, shown)), grid);
      patches = graph.node("Concat", List.of(patches, errors), integer("axis", 1));
    }
    return OnnxValue.of(patches, node.outputs().get(0).shape());
  }

  private String read(String images, Grid grid) {
    String rows = reshape(images, grid.height, grid.width * grid.channels);
    String lines = reshape(product(grid.down(), rows), grid.size, grid.width, grid.channels);
    String byChannel = reshape(swapLast(lines), grid.size * grid.channels, grid.width);
    String patches = product(byChannel, transposed(grid.across()));
    String pixels = swapLast(reshape(patches, grid.size, grid.channels, grid.size));
    return multiply(reshape(pixels, grid.size * grid.size * grid.channels), grid.intensity(1));
  }

  /** Canvases with {@code Fy' patch Fx / intensity} added, or taken away. */
  OnnxValue write(Node node, AttentionWrite op) {
    var grid = new Grid(operands.whole(node.inputs().get(2)), op.window());
    String patches = operands.whole(node.inputs().get(1));
    String byChannel =
        reshape(
            swapLast(reshape(patches, grid.size, grid.size, grid.channels)),
            grid.size * grid.channels,
            grid.size);
    String lines = reshape(product(byChannel, grid.across()), grid.size, grid.channels, grid.width);
    String rows = reshape(swapLast(lines), grid.size, grid.width * grid.channels);
    String images = product(transposed(grid.down()), rows);
    String written = reshape(images, grid.height * grid.width * grid.channels);
    String change = multiply(written, grid.intensity(-1));
    String canvas = operands.whole(node.inputs().get(0));
    String y = op.sign() > 0 ? add(canvas, change) : graph.node("Sub", List.of(canvas, change));
    return OnnxValue.of(y, node.outputs().get(0).shape());
  }

  /** The filters that five numbers place. */
  private final class Grid {
    private final int height;
    private final int width;
    private final int channels;
    private final int size;
    private final List<String> numbers;
    private final String stride;
    private final String falloff;

    Grid(String windows, AttentionWindow window) {
      height = window.image().dimension(0);
      width = window.image().dimension(1);
      channels = window.image().dimension(2);
      size = window.size();
      numbers = columns(windows, Collections.nCopies(AttentionWindow.PARAMETERS, 1));
      float unit = size > 1 ? (Math.max(width, height) - 1f) / (size - 1) : 0;
      stride = multiply(graph.node("Exp", List.of(numbers.get(3))), graph.number(unit));
      String precision = graph.node("Exp", List.of(graph.node("Neg", List.of(numbers.get(2)))));
      String half = multiply(precision, graph.number(-0.5f));
      falloff = graph.node("Unsqueeze", List.of(half, graph.integers(2)));
    }

    /** {@code [N, size, W]}. */
    String across() {
      return filters(0, width);
    }

    /** {@code [N, size, H]}. */
    String down() {
      return filters(1, height);
    }

    /** The intensity to the power of 1 or -1, {@code [N, 1]}. */
    String intensity(int power) {
      String logarithm = numbers.get(4);
      return graph.node(
          "Exp", List.of(power > 0 ? logarithm : graph.node("Neg", List.of(logarithm))));
    }

    /** Equations 19, 20, 25 and 26, each filter relative to its value at the nearest pixel. */
    private String filters(int axis, int length) {
      float[] place = new float[size];
      for (int i = 0; i < size; i++) {
        place[i] = i - 0.5f * (size - 1);
      }
      float[] pixels = new float[length];
      for (int i = 0; i < length; i++) {
        pixels[i] = i + 1;
      }
      String middle =
          multiply(add(numbers.get(axis), graph.number(1)), graph.number(0.5f * (length + 1)));
      String rows = add(middle, multiply(stride, graph.row(place)));
      String centres = graph.node("Unsqueeze", List.of(rows, graph.integers(2)));
      String rounded = graph.node("Floor", List.of(add(centres, graph.number(0.5f))));
      String inside = graph.node("Max", List.of(rounded, graph.number(1)));
      String nearest = graph.node("Min", List.of(inside, graph.number(length)));
      String x = graph.row(pixels);
      String beyond = graph.node("Sub", List.of(x, nearest));
      String twice = multiply(centres, graph.number(2));
      String other = graph.node("Sub", List.of(add(x, nearest), twice));
      String values = graph.node("Exp", List.of(multiply(multiply(beyond, other), falloff)));
      String sum = graph.node("ReduceSum", List.of(values, graph.integers(2)));
      return graph.node("Div", List.of(values, sum));
    }
  }

  private List<String> columns(String x, List<Integer> widths) {
    long[] lengths = widths.stream().mapToLong(w -> w).toArray();
    return graph.nodes(
        "Split", List.of(x, graph.integers(lengths)), lengths.length, integer("axis", 1));
  }

  /** Another shape for each entry of the batch. */
  private String reshape(String x, long... entry) {
    long[] lengths = new long[entry.length + 1];
    lengths[0] = -1;
    System.arraycopy(entry, 0, lengths, 1, entry.length);
    return graph.node("Reshape", List.of(x, graph.integers(lengths)));
  }

  private String swapLast(String x) {
    return graph.node("Transpose", List.of(x), integers("perm", 0, 1, 3, 2));
  }

  private String transposed(String x) {
    return graph.node("Transpose", List.of(x), integers("perm", 0, 2, 1));
  }

  private String product(String a, String b) {
    return graph.node("MatMul", List.of(a, b));
  }

  private String add(String a, String b) {
    return graph.node("Add", List.of(a, b));
  }

  private String multiply(String a, String b) {
    return graph.node("Mul", List.of(a, b));
  }
}
