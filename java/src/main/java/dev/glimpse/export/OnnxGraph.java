package dev.glimpse.export;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import dev.glimpse.ops.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An ONNX graph under construction: nodes, weights, inputs and outputs, each with a fresh name. */
final class OnnxGraph {
  /**
   * The set of operators, of ONNX 1.8 (2020): the oldest in which sums, splits and squeezes are
   * written as today, and so what most runtimes read.
   */
  static final int OPERATOR_SET = 13;

  /** The version of the file format that came with it. */
  private static final int IR_VERSION = 7;

  /**
   * The name of an axis whose length is open; of T batches one after the other, {@code T_batch}.
   */
  private static final String BATCH = "batch";

  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private final Map<String, Integer> taken = new HashMap<>();
  private final Map<Object, String> constants = new HashMap<>();
  private String scope = "";
  private Shape firstInput;
  private String batch;

  /** The layer to which the nodes that follow belong. */
  void enter(String layer) {
    scope = layer;
  }

  /** A fresh name for a value or a node. */
  private String name(String wanted) {
    int count = taken.merge(wanted, 1, Integer::sum);
    return count == 1 ? wanted : name(wanted + "_" + count);
  }

  /** Adds a node with one output, and returns that one's name. */
  String node(String type, List<String> inputs, AttributeProto... attributes) {
    return nodes(type, inputs, 1, attributes).get(0);
  }

  /** Adds a node with several outputs, and returns their names. */
  List<String> nodes(String type, List<String> inputs, int count, AttributeProto... attributes) {
    String name = name(scope.isEmpty() ? type : scope + "/" + type);
    NodeProto.Builder node =
        graph.addNodeBuilder().setName(name).setOpType(type).addAllInput(inputs);
    for (AttributeProto attribute : attributes) {
      node.addAttribute(attribute);
    }
    for (int i = 0; i < count; i++) {
      node.addOutput(name(count == 1 ? name + ".y" : name + ".y" + i));
    }
    return node.getOutputList().stream().toList();
  }

  /** Weights, row-major. */
  String weights(String name, float[] values, Shape shape) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return initializer(name, TensorProto.DataType.FLOAT, bytes, shape);
  }

  /** A number. */
  String number(float value) {
    return constants.computeIfAbsent(
        value, key -> weights("constant_" + value, new float[] {value}, Shape.SCALAR));
  }

  /** A few numbers, for operators that take a row of them as an input. */
  String row(float... values) {
    return constants.computeIfAbsent(
        "row" + Arrays.toString(values), key -> weights("row", values, Shape.of(values.length)));
  }

  /** Lengths or axes, for operators that take them as an input. */
  String integers(long... values) {
    return constants.computeIfAbsent(
        Arrays.toString(values),
        key -> {
          ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
          bytes.asLongBuffer().put(values);
          Shape shape = Shape.of(values.length);
          return initializer("integers", TensorProto.DataType.INT64, bytes, shape);
        });
  }

  private String initializer(
      String wanted, TensorProto.DataType type, ByteBuffer bytes, Shape shape) {
    String name = name(wanted);
    TensorProto.Builder tensor = graph.addInitializerBuilder();
    tensor.setName(name).setDataType(type.getNumber()).setRawData(ByteString.copyFrom(bytes));
    shape.dimensions().forEach(tensor::addDims);
    return name;
  }

  /**
   * Declares an input of a function.
   *
   * @param batches how many batches the axis of its batch holds
   */
  void input(String name, Shape shape, int batches) {
    name(name);
    if (graph.getInputCount() == 0) {
      firstInput = shape;
    }
    graph.addInput(declared(name, shape, batches));
  }

  /** Declares an output likewise: a value, under another name. */
  void output(String name, String value, Shape shape, int batches) {
    graph.addNodeBuilder().setName(name).setOpType("Identity").addInput(value).addOutput(name);
    graph.addOutput(declared(name, shape, batches));
  }

  /** Keeps names for what is declared later. */
  void reserve(Iterable<String> names) {
    names.forEach(this::name);
  }

  private static ValueInfoProto declared(String name, Shape shape, int batches) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    String open = batches == 1 ? BATCH : batches + "_" + BATCH;
    shape.dimensions().forEach(length -> dimensions.addDimBuilder().setDimValue(length));
    dimensions.setDim(OnnxValue.batchAxis(shape), Dimension.newBuilder().setDimParam(open));
    TypeProto.Tensor type =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT.getNumber())
            .setShape(dimensions)
            .build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(type))
        .build();
  }

  /** The name of a row of one number: the length of the batch. */
  String batch() {
    if (batch == null) {
      String shape = node("Shape", List.of(graph.getInput(0).getName()));
      int axis = OnnxValue.batchAxis(firstInput);
      batch = node("Slice", List.of(shape, integers(axis), integers(axis + 1)));
    }
    return batch;
  }

  /**
   * What was built, as a model.
   *
   * @param description a text for its readers
   * @param metadata what programs read of it
   */
  ModelProto model(String name, String description, Map<String, String> metadata) {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("glimpse")
            .setProducerVersion(Version.NUMBER)
            .setDocString(description)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPERATOR_SET))
            .setGraph(graph.setName(name));
    metadata.forEach((key, value) -> model.addMetadataPropsBuilder().setKey(key).setValue(value));
    return model.build();
  }
}
