package dev.glimpse.export;

import static dev.glimpse.export.OnnxAttributes.integers;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.glimpse.ops.Constant;
import dev.glimpse.ops.Layout;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the tensors of a function are called in an ONNX graph, and the forms in which its operators
 * want them. Images may lie with channels first or last; a change of order is written once, and
 * only where somebody needs it.
 */
final class OnnxOperands {
  private final OnnxGraph graph;
  private final FixedValues fixed;
  private final int batch;
  private final Map<Tensor, OnnxValue> values = new HashMap<>();
  private final Map<List<Object>, String> forms = new HashMap<>();

  /**
   * @param batch the length of the first axis of the function's inputs
   */
  OnnxOperands(OnnxGraph graph, FixedValues fixed, int batch) {
    this.graph = graph;
    this.fixed = fixed;
    this.batch = batch;
  }

  void put(Tensor tensor, OnnxValue value) {
    values.put(tensor, value);
  }

  boolean has(Tensor tensor) {
    return values.containsKey(tensor);
  }

  boolean isFixed(Tensor tensor) {
    return fixed.isFixed(tensor);
  }

  /** A tensor as it is there; it may still have to be broadcast to its shape. */
  OnnxValue value(Tensor tensor) {
    OnnxValue value = values.get(tensor);
    if (value == null) {
      value =
          tensor.node().op() instanceof Constant constant
              ? OnnxValue.of(graph.number(constant.value()), Shape.SCALAR)
              : OnnxValue.of(weights(tensor, Layout.same(tensor.shape())), tensor.shape());
      values.put(tensor, value);
    }
    return value;
  }

  /** A fixed tensor in another order. */
  String weights(Tensor tensor, Layout layout) {
    return forms.computeIfAbsent(
        List.of(tensor, layout),
        key -> {
          String name =
              tensor.node().op() instanceof Parameter parameter
                  ? parameter.name()
                  : tensor.node().scope() + ".folded";
          return graph.weights(name, layout.there(fixed.value(tensor)), layout.shape());
        });
  }

  /** A tensor in its whole shape, axes in our order. */
  String whole(Tensor tensor) {
    return channelsLast(filled(tensor));
  }

  /** Images in their whole shape, channels first. */
  String images(Tensor tensor) {
    return channelsFirst(filled(tensor));
  }

  /** A tensor in its whole shape. */
  OnnxValue filled(Tensor tensor) {
    OnnxValue value = value(tensor);
    Shape shape = tensor.shape();
    if (value.shape().equals(shape)) {
      return value;
    }
    var expanded =
        OnnxValue.of(
            graph.node("Expand", List.of(channelsLast(value), lengths(shape))), tensor.shape());
    values.put(tensor, expanded);
    return expanded;
  }

  /** A shape as an operand; one of two axes or more is the batch, or a multiple of it. */
  private String lengths(Shape shape) {
    long[] lengths = shape.dimensions().stream().mapToLong(d -> d).toArray();
    if (shape.rank() < 2) {
      return graph.integers(lengths);
    }
    int axis = OnnxValue.batchAxis(shape);
    int times = times(shape);
    var parts = new ArrayList<String>();
    if (axis > 0) {
      parts.add(graph.integers(Arrays.copyOf(lengths, axis)));
    }
    parts.add(
        times == 1
            ? graph.batch()
            : graph.node("Mul", List.of(graph.batch(), graph.integers(times))));
    parts.add(graph.integers(Arrays.copyOfRange(lengths, axis + 1, lengths.length)));
    return graph.node("Concat", parts, OnnxAttributes.integer("axis", 0));
  }

  /**
   * How many batches the axis of the batch holds.
   *
   * @throws ExportException where it is no whole number of them
   */
  int times(Shape shape) {
    int axis = OnnxValue.batchAxis(shape);
    if (shape.rank() == 0 || shape.dimension(axis) % batch != 0) {
      throw new ExportException(
          "a tensor %s has no batch of %d as its %s axis, so it cannot have an open one"
              .formatted(shape, batch, axis == 0 ? "first" : "second"));
    }
    return shape.dimension(axis) / batch;
  }

  /** A value with the axes in our order. */
  String channelsLast(OnnxValue value) {
    return value.channelsFirst()
        ? form(value.name(), "last", "Transpose", integers("perm", 0, 2, 3, 1))
        : value.name();
  }

  /** A value so that it broadcasts to images with channels first. */
  String channelsFirst(OnnxValue value) {
    Shape shape = value.shape();
    if (value.channelsFirst() || shape.size() == 1) {
      return value.name();
    }
    if (shape.rank() == 4) {
      return form(value.name(), "first", "Transpose", integers("perm", 0, 3, 1, 2));
    }
    if (shape.rank() == 1) {
      return forms.computeIfAbsent(
          List.of(value.name(), "column"),
          key ->
              graph.node("Reshape", List.of(value.name(), graph.integers(shape.columns(), 1, 1))));
    }
    throw new ExportException("a tensor " + shape + " does not broadcast to images");
  }

  private String form(String value, String form, String type, AttributeProto attribute) {
    return forms.computeIfAbsent(
        List.of(value, form), key -> graph.node(type, List.of(value), attribute));
  }
}
