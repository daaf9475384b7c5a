package dev.glimpse.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.glimpse.embed.GlimpseException;
import dev.glimpse.embed.GlimpseFunction;
import dev.glimpse.embed.GlimpseModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the engine's plans compute, other runtimes compute, too: the Java binding of libglimpse the
 * same bits on the same device, ONNX Runtime the same numbers from the same noise.
 */
class EmbeddedModelTest {
  @TempDir static Path folder;

  @BeforeAll
  static void write() throws IOException {
    BundleFixtures.main(new String[] {folder.toString()});
  }

  private static String bundle(String model) {
    return folder.resolve(model + ".glimpse").toString();
  }

  private static float[] floats(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(name));
    float[] values = new float[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  static List<String> bundles() {
    return BundleFixtures.names();
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void bitsOfTheEngine(String name) throws IOException {
    try (GlimpseModel model = GlimpseModel.load(bundle(name))) {
      assertTrue(!model.functions().isEmpty());
      for (var entry : model.functions().entrySet()) {
        for (int batch : entry.getValue()) {
          String prefix = "%s.%s.%d.".formatted(name, entry.getKey(), batch);
          compare(model.function(entry.getKey(), batch), prefix);
        }
      }
    }
  }

  private static void compare(GlimpseFunction function, String prefix) throws IOException {
    for (String input : function.inputs().keySet()) {
      function.write(input, floats(prefix + input));
    }
    function.seed(BundleFixtures.SEED);
    for (int run = 0; run < 2; run++) {
      function.run();
      for (var output : function.outputs().entrySet()) {
        float[] expected = half(floats(prefix + output.getKey()), run);
        assertArrayEquals(expected, function.read(output.getKey()), prefix + output.getKey());
      }
    }
    function.close();
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void numbersOfTheEngineFromOnnxRuntime(String name) throws IOException, OrtException {
    try (GlimpseModel model = GlimpseModel.load(bundle(name))) {
      for (var entry : model.functions().entrySet()) {
        String file = folder.resolve(name + "-" + entry.getKey() + ".onnx").toString();
        try (var session = OrtEnvironment.getEnvironment().createSession(file)) {
          for (int batch : entry.getValue()) {
            String prefix = "%s.%s.%d.".formatted(name, entry.getKey(), batch);
            GlimpseFunction function = model.function(entry.getKey(), batch);
            assertEquals(function.outputs().keySet(), session.getOutputNames());
            compare(session, batch, prefix);
          }
        }
      }
    }
  }

  private static void compare(OrtSession session, int batch, String prefix)
      throws IOException, OrtException {
    for (int run = 0; run < 2; run++) {
      var inputs = new HashMap<String, float[]>();
      for (String input : session.getInputNames()) {
        float[] values = floats(prefix + input);
        // Of what was drawn there are two runs; other inputs stay the same.
        inputs.put(input, input.equals(NoiseInput.NAME) ? half(values, run) : values);
      }
      for (var output : OnnxCheck.run(session, inputs, batch).entrySet()) {
        float[] expected = half(floats(prefix + output.getKey()), run);
        assertArrayEquals(
            expected, output.getValue(), OnnxCheck.TOLERANCE, prefix + output.getKey());
      }
    }
  }

  private static float[] half(float[] both, int run) {
    int count = both.length / 2;
    return Arrays.copyOfRange(both, run * count, (run + 1) * count);
  }

  @Test
  void everyClassifierReads() throws IOException {
    for (String name : List.of("classifier", "ssl", "ssl-conv", "ssl-gan", "m1m2")) {
      try (GlimpseModel model = GlimpseModel.load(bundle(name))) {
        int batch = model.functions().get("classify").first();
        Set<String> readings = model.function("classify", batch).outputs().keySet();
        Set<String> expected =
            name.equals("ssl-gan")
                ? Set.of("probabilities", "discriminatorProbabilities")
                : Set.of("probabilities");
        assertEquals(expected, readings);
        for (String reading : readings) {
          float[] p = half(floats("%s.classify.%d.%s".formatted(name, batch, reading)), 0);
          assertEquals(10 * batch, p.length);
          for (int i = 0; i < batch; i++) {
            float sum = 0;
            for (int k = 0; k < 10; k++) {
              sum += p[10 * i + k];
            }
            assertEquals(1, sum, 1e-5f, reading);
          }
        }
      }
    }
  }

  @Test
  void samplesInBatches() throws IOException {
    try (GlimpseModel model = GlimpseModel.load(bundle("vae"))) {
      float[] expected = floats("vae.sample.16.samples");
      float[] images = model.sample(20, BundleFixtures.SEED);
      assertArrayEquals(Arrays.copyOf(expected, 20 * 784), images);
      assertEquals(new GlimpseModel.Images(28, 28, 1, 10), model.images());
      assertTrue(model.card().contains("vae"));
    }
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    var missing = assertThrows(GlimpseException.class, () -> GlimpseModel.load("no such file"));
    assertEquals("GLIMPSE_FILE", missing.status());
    byte[] bytes = Files.readAllBytes(folder.resolve("vae.glimpse"));
    bytes[bytes.length - 5] ^= 1;
    Path damaged = Files.write(folder.resolve("damaged.glimpse"), bytes);
    var trouble = assertThrows(GlimpseException.class, () -> GlimpseModel.load(damaged.toString()));
    assertEquals("GLIMPSE_DAMAGED", trouble.status());
    GlimpseModel model = GlimpseModel.load(bundle("vae"));
    GlimpseFunction sample = model.function("sample", 1);
    model.close();
    assertThrows(IllegalStateException.class, sample::run);
    assertThrows(IllegalStateException.class, model::card);
  }
}
