package dev.glimpse.export;

import static dev.glimpse.export.OnnxAttributes.integer;
import static dev.glimpse.export.OnnxAttributes.integers;
import static dev.glimpse.export.OnnxAttributes.text;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.glimpse.ops.AveragePool;
import dev.glimpse.ops.Convolution;
import dev.glimpse.ops.Layout;
import dev.glimpse.ops.MatMul;
import dev.glimpse.ops.MaxPool;
import dev.glimpse.ops.Node;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Upsample;
import dev.glimpse.ops.Window;
import java.util.ArrayList;
import java.util.List;

/** Products, convolutions, pooling and enlarging, as operators of ONNX. */
final class OnnxLayers {
  /** The axes of our weights {@code [kh, kw, in, out]} in the order of Conv. */
  private static final List<Integer> CONVOLUTION = List.of(3, 2, 0, 1);

  /** The same in the order of ConvTranspose. */
  private static final List<Integer> TRANSPOSED_CONVOLUTION = List.of(2, 3, 0, 1);

  private final OnnxGraph graph;
  private final OnnxOperands operands;

  OnnxLayers(OnnxGraph graph, OnnxOperands operands) {
    this.graph = graph;
    this.operands = operands;
  }

  /**
   * A product of matrices.
   *
   * @param bias a vector that is added to each row; null for none
   */
  OnnxValue product(Node node, MatMul op, Tensor bias) {
    Tensor a = node.inputs().get(0);
    Tensor b = node.inputs().get(1);
    if (op.transposeA() || a.shape().rank() != 2 || b.shape().rank() != 2) {
      throw new ExportException(
          "a product %s of %s and %s is none of rows and a weight"
              .formatted(op.name(), a.shape(), b.shape()));
    }
    var in = new ArrayList<>(List.of(operands.whole(a), operands.whole(b)));
    if (bias != null) {
      in.add(operands.value(bias).name());
    }
    String y = graph.node("Gemm", in, integer("transB", op.transposeB() ? 1 : 0));
    return OnnxValue.of(y, node.outputs().get(0).shape());
  }

  /**
   * A convolution or its transpose.
   *
   * @param bias a number for each channel; null for none
   */
  OnnxValue convolution(Node node, Convolution op, Tensor bias) {
    Tensor x = node.inputs().get(0);
    Tensor w = node.inputs().get(1);
    if (op.swapped() || !operands.isFixed(w)) {
      throw new ExportException(op.name() + " is a gradient, or its weights are computed");
    }
    List<Integer> order = op.scatter() ? TRANSPOSED_CONVOLUTION : CONVOLUTION;
    var lengths = order.stream().map(axis -> w.shape().dimension(axis)).toList();
    String weights = operands.weights(w, new Layout(w.shape(), order, new Shape(lengths)));
    var in = new ArrayList<>(List.of(operands.images(x), weights));
    if (bias != null) {
      in.add(operands.value(bias).name());
    }
    List<AttributeProto> attributes = sliding(op.window());
    attributes.add(
        integers("dilations", op.window().dilation().height(), op.window().dilation().width()));
    if (op.scatter()) {
      var positions = new Window.Extent(x.shape().dimension(1), x.shape().dimension(2));
      Window.Extent least = op.window().image(positions, new Window.Extent(0, 0));
      attributes.add(
          integers(
              "output_padding",
              op.out().height() - least.height(),
              op.out().width() - least.width()));
    }
    return images(node, op.scatter() ? "ConvTranspose" : "Conv", in, attributes);
  }

  OnnxValue maxPool(Node node, MaxPool op) {
    List<AttributeProto> attributes = sliding(op.window());
    attributes.add(
        integers("dilations", op.window().dilation().height(), op.window().dilation().width()));
    return images(node, "MaxPool", List.of(operands.images(node.inputs().get(0))), attributes);
  }

  OnnxValue averagePool(Node node, AveragePool op) {
    if (!op.window().dilation().equals(new Window.Extent(1, 1))) {
      throw new ExportException("this version of ONNX has no average pool with dilation");
    }
    List<AttributeProto> attributes = sliding(op.window());
    attributes.add(integer("count_include_pad", 1));
    List<String> in = List.of(operands.images(node.inputs().get(0)));
    return images(node, "AveragePool", in, attributes);
  }

  OnnxValue upsample(Node node, Upsample op) {
    if (op.adjoint()) {
      throw new ExportException("ONNX models are for inference: " + op.name() + " is a gradient");
    }
    String scales = graph.row(1, 1, op.factor(), op.factor());
    // The second operand, a region of interest, is for another mode.
    List<String> in = List.of(operands.images(node.inputs().get(0)), "", scales);
    return images(
        node,
        "Resize",
        in,
        List.of(
            text("mode", op.nearest() ? "nearest" : "linear"),
            text("coordinate_transformation_mode", op.nearest() ? "asymmetric" : "half_pixel"),
            text("nearest_mode", "floor")));
  }

  private OnnxValue images(
      Node node, String type, List<String> in, List<AttributeProto> attributes) {
    String y = graph.node(type, in, attributes.toArray(AttributeProto[]::new));
    return new OnnxValue(y, node.outputs().get(0).shape(), true);
  }

  private static List<AttributeProto> sliding(Window window) {
    int down = window.padding().height();
    int across = window.padding().width();
    return new ArrayList<>(
        List.of(
            integers("kernel_shape", window.height(), window.width()),
            integers("strides", window.stride().height(), window.stride().width()),
            integers("pads", down, across, down, across)));
  }
}
