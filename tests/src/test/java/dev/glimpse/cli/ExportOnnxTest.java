package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.glimpse.export.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportOnnxTest {
  @TempDir private Path folder;

  private Cli export(Path run, String... more) {
    var arguments = new ArrayList<String>(List.of("export", run.toString()));
    arguments.addAll(List.of("--format=onnx", "--out=" + folder.resolve("m.onnx")));
    arguments.addAll(List.of(more));
    return Cli.run(arguments.toArray(String[]::new));
  }

  private static ModelProto model(Path file) throws IOException {
    return ModelProto.parseFrom(Files.readAllBytes(file));
  }

  private static Set<String> inputs(Path file) throws OrtException {
    try (var environment = OrtEnvironment.getEnvironment();
        var session = environment.createSession(file.toString())) {
      return session.getInputNames();
    }
  }

  @Test
  void aModelForEachFunction() throws IOException, OrtException {
    String out = export(SmallRuns.convolutional("vaegan")).succeeded().out();
    List<Path> files =
        List.of("sample", "encode", "decode", "reconstruct").stream()
            .map(name -> folder.resolve("m-%s.onnx".formatted(name)))
            .toList();
    assertEquals(files, out.lines().map(Path::of).toList());
    assertEquals(Set.of("noise"), inputs(files.get(0)));
    assertEquals(Set.of("images"), inputs(files.get(1)));
    assertEquals(Set.of("codes"), inputs(files.get(2)));
    assertTrue(model(files.get(2)).getDocString().contains("\"model\": \"vaegan\""));
  }

  @Test
  void oneFunctionFolded() throws IOException {
    export(SmallRuns.convolutional("vaegan"), "--functions=decode", "--fold").succeeded();
    ModelProto model = model(folder.resolve("m.onnx"));
    assertEquals("decode", model.getGraph().getName());
    assertFalse(
        model.getGraph().getNodeList().stream()
            .anyMatch(node -> node.getOpType().equals("BatchNormalization")));
  }

  @Test
  void whatOnnxModelsAreNot() {
    Path run = SmallRuns.perceptron("vae");
    assertEquals(
        "glimpse: the weights of ONNX models are written as fp32 only",
        export(run, "--precision=fp16").failure());
    assertEquals(
        "glimpse: vae.txt: ONNX models are files that end in .onnx",
        Cli.run("export", run.toString(), "--format=onnx", "--out=vae.txt").failure());
    assertEquals(
        "glimpse: --batch is for a bundle; of an ONNX model the batch is open",
        export(run, "--batch=4").failure());
  }

  @Test
  void theNameSaysTheFormat() throws IOException {
    String run = SmallRuns.perceptron("vae").toString();
    Path model = folder.resolve("decoder.onnx");
    Cli.run("export", run, "--functions=decode", "--out=" + model).succeeded();
    assertEquals("decode", model(model).getGraph().getName());
    assertEquals(
        "glimpse: a bundle is not to be named .onnx: " + model,
        Cli.run("export", run, "--format=glimpse", "--out=" + model).failure());
    assertEquals(
        "glimpse: --fold is for --format onnx; a bundle is folded by itself",
        Cli.run("export", run, "--fold", "--out=" + folder.resolve("vae.glimpse")).failure());
  }

  @Test
  void theNameMayBeInCapitals() throws IOException {
    String run = SmallRuns.perceptron("vae").toString();
    Path model = folder.resolve("Decoder.ONNX");
    Cli.run("export", run, "--functions=decode", "--out=" + model).succeeded();
    assertEquals("decode", model(model).getGraph().getName());
    Cli.run("export", run, "--functions=decode,encode", "--out=" + model).succeeded();
    assertEquals("encode", model(folder.resolve("Decoder-encode.ONNX")).getGraph().getName());
  }

  @Test
  void aFunctionThatIsNamedTwiceIsOne() {
    String out = export(SmallRuns.perceptron("vae"), "--functions=decode,decode").succeeded().out();
    assertEquals(folder.resolve("m.onnx"), Path.of(out.strip()));
  }

  @Test
  void theProducerAndWhatProgramsNeedToKnow() throws IOException {
    export(SmallRuns.perceptron("cvae"), "--functions=decode").succeeded();
    ModelProto model = model(folder.resolve("m.onnx"));
    assertEquals("glimpse", model.getProducerName());
    assertEquals(Version.NUMBER, model.getProducerVersion());
    Map<String, String> metadata =
        model.getMetadataPropsList().stream()
            .collect(
                Collectors.toMap(StringStringEntryProto::getKey, StringStringEntryProto::getValue));
    String digits = "[\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]";
    assertEquals(Map.of("model", "cvae", "classes", digits), metadata);
  }
}
