package dev.glimpse.cli.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.data.ImageSet;
import dev.glimpse.device.Device;
import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.io.CheckpointException;
import dev.glimpse.metrics.MetricException;
import dev.glimpse.nn.Activation;
import dev.glimpse.nn.Linear;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.ClassifyingModel;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two classifiers that each know one bit of four labels, so that only both together read them. */
class ClassificationTest {
  private static final DataShape SHAPE = new DataShape(1, 2, 1, 4);

  @TempDir private Path folder;

  private final Linear high = new Linear("high", 2, 4, Activation.NONE);
  private final Linear low = new Linear("low", 2, 4, Activation.NONE);

  private final class TwoBits implements ClassifyingModel {
    private final boolean two;

    TwoBits(boolean two) {
      this.two = two;
    }

    @Override
    public Map<String, Tensor> classify(Tensor images) {
      var logits = new LinkedHashMap<String, Tensor>();
      logits.put("high", high.apply(images));
      if (two) {
        logits.put("low", low.apply(images));
      }
      return logits;
    }

    @Override
    public List<ParameterSet> parameters() {
      return List.of(ParameterSet.of("bits", high.parameters(), low.parameters()));
    }

    @Override
    public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, Tensor> evaluate(Example example) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean conditional() {
      return false;
    }
  }

  /** Images whose two pixels are the bits of their label, more than one batch of them. */
  private static ImageSet bits(int count) {
    byte[] pixels = new byte[2 * count];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % 4;
      pixels[2 * i] = (byte) (255 * (labels[i] >> 1));
      pixels[2 * i + 1] = (byte) (255 * (labels[i] & 1));
    }
    return new ImageSet("bits", 1, 2, 1, pixels, labels, 4);
  }

  private Classification classify(boolean two, Device device) {
    var model = new TwoBits(two);
    try (var store = new ParameterStore(device, model.parameters(), 1)) {
      write(store, high, 0, 0, 2, 2, 0, 0, 0, 0);
      write(store, low, 0, 0, 0, 0, 0, 2, 0, 2);
      store.write(high.parameters().get(1), FloatBuffer.wrap(new float[] {1, 1, 0, 0}));
      store.write(low.parameters().get(1), FloatBuffer.wrap(new float[] {1, 0, 1, 0}));
      return ClassificationJudge.judge(model, store, SHAPE, bits(1203), bits(800));
    }
  }

  private static void write(ParameterStore store, Linear layer, float... weights) {
    store.write(layer.parameters().get(0), FloatBuffer.wrap(weights));
  }

  private RunFolder run() {
    var config = RunConfig.of("classifier", "bits", "none", bits(4), new Settings());
    return RunFolder.fresh(folder.resolve("run"), config);
  }

  @Test
  void bothTogetherReadWhatNeitherDoesAlone() throws IOException {
    Classification classification = classify(true, TestDevices.own());
    List<ClassifierResult> results = classification.classifiers();
    assertEquals(List.of("high", "low", "both"), results.stream().map(c -> c.name()).toList());
    assertEquals(Map.of("validation", 601 / 1203.0, "test", 0.5), results.get(0).errors());
    assertEquals(0.5, results.get(1).errors().get("test"));
    assertEquals(0, results.get(2).errors().get("test"));
    // Each bit is known for sure, and the other not at all.
    assertEquals(Math.log(2), results.get(0).negativeLogLikelihood(), 1e-3);
    assertEquals(0, results.get(2).negativeLogLikelihood(), 1e-3);
    assertEquals(200, results.get(0).confusion().counts()[3][2]);
    assertTrue(classification.misread().isEmpty());

    RunFolder run = run();
    Files.createDirectories(run.samples());
    var kept = new ClassificationFile(run);
    Files.writeString(kept.picture(), "of earlier");
    kept.write(classification, bits(800));
    assertFalse(Files.exists(kept.picture()));
    assertEquals(classification, kept.read().orElseThrow());

    var text = new StringWriter();
    classification.print(new PrintWriter(text, true));
    assertEquals("error of both           validation 0.00%  test 0.00%", line(text, 2));
    var json = classification.toJson();
    assertEquals(0.5, json.getAsJsonObject("low").get("testError").getAsDouble());
    assertEquals(2, json.getAsJsonObject("both").getAsJsonObject("temperatures").size());
  }

  private static String line(StringWriter text, int number) {
    return text.toString().lines().toList().get(number);
  }

  @Test
  void whatIsMisreadIsKept() throws IOException {
    Classification classification = classify(false, TestDevices.own());
    assertEquals(1, classification.classifiers().size());
    assertEquals(400, classification.misread().size());
    RunFolder run = run();
    assertEquals("1 as 0", classification.misread().get(0).caption(run.config()));
    var kept = new ClassificationFile(run);
    kept.write(classification, bits(800));
    assertTrue(Files.exists(kept.picture()));
    assertEquals(classification, kept.read().orElseThrow());

    Path file = run.resolve("classification.json");
    String whole = Files.readString(file);
    for (String damaged :
        List.of(
            "",
            "{\"classifiers\":[{}]",
            "{\"classifiers\":[]}",
            "{\"classifiers\":[],\"misread\":[]}",
            whole.replace("\"name\"", "\"nmae\""),
            whole.replace("\"errors\"", "\"error\""),
            whole.replace("\"confusion\"", "\"confusions\""),
            whole.replace("\"counts\":[[", "\"counts\":[[1,"),
            whole.replaceAll("(\"temperatures\":\\{\"high\":)[^}]*", "$10"))) {
      Files.writeString(file, damaged);
      var error = assertThrows(CheckpointException.class, kept::read);
      assertTrue(error.getMessage().startsWith(file + ": "), error.getMessage());
    }
    Files.writeString(file, whole);
    assertTrue(kept.calibrated(Set.of("high", "low")).isPresent());
    var other = assertThrows(CheckpointException.class, () -> kept.calibrated(Set.of("low")));
    assertTrue(other.getMessage().startsWith(file + ": is of another model; "));
    kept.delete();
    assertTrue(kept.read().isEmpty());
    assertFalse(Files.exists(kept.picture()));
  }

  @Test
  void numbersThatAreNotFiniteAreNotRead() {
    var model = new TwoBits(false);
    try (var store = new ParameterStore(TestDevices.own(), model.parameters(), 1)) {
      store.write(high.parameters().get(1), FloatBuffer.wrap(new float[] {1, 1, Float.NaN, 0}));
      var error =
          assertThrows(
              MetricException.class, () -> ClassificationJudge.judge(model, store, SHAPE, bits(8)));
      assertEquals(
          "the model's numbers are not finite (logits of high); train it anew", error.getMessage());
    }
  }
}
