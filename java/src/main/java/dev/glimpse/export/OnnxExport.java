package dev.glimpse.export;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Reachable;
import dev.glimpse.graph.Rewrite;
import dev.glimpse.io.AtomicFiles;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Node;
import dev.glimpse.ops.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes functions as <a href="https://onnx.ai">ONNX</a> models, of standard operators only, with
 * the weights in them and a batch of any length. Inputs and outputs are what they are here: images
 * are rows {@code [N, H W C]}. Normal draws become one more input, {@code noise [N, Z]}.
 */
public final class OnnxExport {
  private OnnxExport() {}

  /**
   * The outputs of a function as they are exported, for whoever runs it here: with noise as an
   * input.
   *
   * @throws ExportException where something else than normal numbers is drawn
   */
  public static Map<String, Tensor> deterministic(Map<String, Tensor> outputs) {
    return named(outputs, NoiseInput.of(List.copyOf(outputs.values())));
  }

  /**
   * Writes a model, which replaces the file.
   *
   * @param name of the function
   * @param outputs by name; the first axis of each, and of whatever they depend on, is the batch
   * @param store the values of the parameters
   * @param fold whether batch normalisation disappears in the weights of the layer before it
   * @throws ExportException where the function cannot be said in ONNX
   */
  public static void write(
      Path file, String name, Map<String, Tensor> outputs, ParameterStore store, boolean fold) {
    ModelProto model = model(name, outputs, store, fold);
    AtomicFiles.writeFile(
        file,
        channel -> AtomicFiles.writeFully(channel, model.toByteString().asReadOnlyByteBuffer()));
  }

  static ModelProto model(
      String name, Map<String, Tensor> outputs, ParameterStore store, boolean fold) {
    Map<String, Tensor> wanted = deterministic(outputs);
    if (fold) {
      var folded = Rewrite.of(List.copyOf(wanted.values()), new BatchNormFolding());
      wanted = named(wanted, folded);
    }
    List<Node> nodes = Reachable.from(wanted.values());
    List<Tensor> inputs = inputs(name, nodes);
    var graph = new OnnxGraph();
    int batch = inputs.get(0).shape().dimension(0);
    var operands = new OnnxOperands(graph, new FixedValues(store), batch);
    for (Tensor input : inputs) {
      String inputName = input.node().op().name();
      graph.input(inputName, input.shape());
      operands.put(input, OnnxValue.of(inputName, input.shape()));
    }
    graph.reserve(wanted.keySet());
    new OnnxTranslation(graph, operands, wanted.values()).translate(nodes);
    graph.enter("");
    wanted.forEach((output, y) -> graph.output(output, operands.whole(y), y.shape()));
    return graph.model(name);
  }

  /** A function's inputs, in the order of their making. */
  private static List<Tensor> inputs(String name, List<Node> nodes) {
    var inputs = new ArrayList<Tensor>();
    for (Node node : nodes) {
      if (node.op() instanceof Input) {
        inputs.add(node.outputs().get(0));
      }
    }
    if (inputs.isEmpty()) {
      throw new ExportException(name + " has no inputs, so no batch");
    }
    return inputs;
  }

  private static Map<String, Tensor> named(Map<String, Tensor> names, List<Tensor> tensors) {
    var named = new LinkedHashMap<String, Tensor>();
    names.keySet().forEach(key -> named.put(key, tensors.get(named.size())));
    return named;
  }
}
