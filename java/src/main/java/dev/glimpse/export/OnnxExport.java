package dev.glimpse.export;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Reachable;
import dev.glimpse.graph.Rewrite;
import dev.glimpse.io.AtomicFiles;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.SettingException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes functions as <a href="https://onnx.ai">ONNX</a> models, of standard operators only, with
 * the weights in them and a batch of any length. Inputs and outputs are what they are here: images
 * are rows {@code [N, H W C]}. Normal draws become one more input, {@code noise [N, Z]}. The card
 * is the description of each model; its kind of model and the names of its classes, a JSON array,
 * are in the metadata, too, as {@code model} and {@code classes}.
 */
public final class OnnxExport {
  /** The batch of the graphs that are translated; any would do, since it stays open. */
  private static final int BATCH = 2;

  private static final String ENDING = ".onnx";

  private OnnxExport() {}

  /**
   * Writes what is exported, a model for each function. Of one function, that is the file; of
   * several, the name of each is put before the ending: {@code vae.onnx} becomes {@code
   * vae-encode.onnx} and so on.
   *
   * @param file ending in {@code .onnx}, in capitals or not
   * @param fold whether batch normalisation disappears in the weights of the layer before it
   * @return the files
   * @throws SettingException for another ending, or weights that are not fp32
   */
  public static List<Path> write(Path file, Export export, boolean fold) {
    if (!endsInOnnx(file)) {
      throw new SettingException(
          "%s: ONNX models are files that end in %s".formatted(file, ENDING));
    }
    if (export.precision() != Export.Precision.FP32) {
      throw new SettingException("the weights of ONNX models are written as fp32 only");
    }
    var models = new LinkedHashMap<Path, ModelProto>();
    for (String name : export.names()) {
      Path target = export.names().size() == 1 ? file : named(file, name);
      ModelFunction function = export.functions().function(name, BATCH);
      models.put(target, model(function, export.store(), fold, export.card()));
    }
    models.forEach(
        (target, model) ->
            AtomicFiles.writeFile(
                target,
                channel ->
                    AtomicFiles.writeFully(channel, model.toByteString().asReadOnlyByteBuffer())));
    return List.copyOf(models.keySet());
  }

  /** Whether a file is called what ONNX models are called. */
  public static boolean endsInOnnx(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(ENDING);
  }

  private static Path named(Path file, String function) {
    String path = file.toString();
    int end = path.length() - ENDING.length();
    return Path.of(path.substring(0, end) + "-" + function + path.substring(end));
  }

  /**
   * A function as a model.
   *
   * @throws ExportException where it cannot be said in ONNX
   */
  static ModelProto model(ModelFunction function, ParameterStore store, boolean fold, String card) {
    ModelFunction open = NoiseInput.of(function);
    if (open.inputs().isEmpty()) {
      throw new ExportException(function.name() + " has no input that could have an open batch");
    }
    Map<String, Tensor> wanted = open.outputs();
    if (fold) {
      var folded = Rewrite.of(List.copyOf(wanted.values()), new BatchNormFolding());
      wanted = NoiseInput.named(wanted, folded);
    }
    var graph = new OnnxGraph();
    var operands = new OnnxOperands(graph, new FixedValues(store), function.batch());
    for (Map.Entry<String, Tensor> input : open.inputs().entrySet()) {
      Tensor x = input.getValue();
      graph.input(input.getKey(), x.shape(), operands.times(x.shape()));
      operands.put(x, OnnxValue.of(input.getKey(), x.shape()));
    }
    graph.reserve(wanted.keySet());
    new OnnxTranslation(graph, operands, wanted.values())
        .translate(Reachable.from(wanted.values()));
    graph.enter("");
    wanted.forEach(
        (name, y) -> graph.output(name, operands.whole(y), y.shape(), operands.times(y.shape())));
    return graph.model(function.name(), card, ModelCard.facts(card));
  }
}
