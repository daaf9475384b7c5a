package dev.glimpse.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.io.CheckpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DamagedRunTest {
  private static final String CONFIG =
      "{\"model\": \"vae\", \"data\": \"digits\", \"shape\": {\"height\": 28, \"width\": 28,"
          + " \"channels\": 1, \"classes\": 10}, \"settings\": {\"hidden\": \"64\"}}";

  private static final String STATE =
      "{\"epoch\": 1, \"step\": 7, \"bestValue\": -97.5, \"bestStep\": 3, \"bestEpoch\": 1,"
          + " \"seconds\": 2.5}";

  @TempDir private Path folder;

  private CheckpointException refused(String file, byte[] content, Runnable reading)
      throws IOException {
    Files.write(folder.resolve(file), content);
    var error = assertThrows(CheckpointException.class, reading::run);
    assertEquals(1, error.getMessage().lines().count(), error::getMessage);
    assertTrue(error.getMessage().startsWith(folder.resolve(file) + ": "), error::getMessage);
    return error;
  }

  /** A text with {@code before -> after} changed, in single quotes instead of double ones. */
  private static byte[] changed(String text, String change) {
    String[] parts = change.replace('\'', '"').split(" -> ");
    String changed = text.replace(parts[0], parts[1]);
    assertNotEquals(text, changed);
    return changed.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "{\"epoch\": 1", "{}"})
  void noStates(String json) throws IOException {
    refused(
        "state.json", json.getBytes(StandardCharsets.UTF_8), () -> Checkpoint.readState(folder));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'epoch': 1 -> 'epoch': 1.5",
        "'epoch': 1 -> 'epoch': 1e99",
        "'epoch': 1 -> 'epoch': -1",
        "'epoch': -> 'epocj':",
        "'step': 7 -> 'step': -1",
        "'step': 7 -> 'step': 2",
        "'bestValue': -97.5 -> 'bestValue': 'x'",
        "'bestValue': -97.5 -> 'bestValue': ': 10,'"
      })
  void states(String change) throws IOException {
    Files.writeString(folder.resolve("state.json"), STATE);
    assertEquals(1, Checkpoint.readState(folder).epoch());
    refused("state.json", changed(STATE, change), () -> Checkpoint.readState(folder));
  }

  @Test
  void aStateMayHaveNoBestValueYet() throws IOException {
    Files.writeString(
        folder.resolve("state.json"),
        STATE.replace("-97.5", "-Infinity").replace("\"bestStep\": 3", "\"bestStep\": -1"));
    Checkpoint.State state = Checkpoint.readState(folder);
    assertEquals(7, state.step());
    assertEquals(-1, state.bestStep());
    assertEquals(Double.NEGATIVE_INFINITY, state.bestValue());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'model': 'vae' -> 'model': null",
        "'data': 'digits' -> 'data': null",
        "'hidden': '64' -> 'hidden': null",
        "'height': 28 -> 'height': -28",
        "'height': 28 -> 'height': 2147483647",
        "'channels': 1 -> 'channels': 0",
        "'classes': 10 -> 'classes': 1000000",
        "'classes': 10 -> 'classes': 1e999999999",
        "'settings': -> 'other':"
      })
  void configurations(String change) throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG);
    assertEquals("vae", RunFolder.open(folder).config().model());
    refused("config.json", changed(CONFIG, change), () -> RunFolder.open(folder));
  }

  @Test
  void whatIsWrongIsSaidWithoutNamesOfClasses() throws IOException {
    byte[] list = "[1, 2]".getBytes(StandardCharsets.UTF_8);
    var error = refused("config.json", list, () -> RunFolder.open(folder));
    assertTrue(
        error.getMessage().contains("cannot be read: Expected BEGIN_OBJECT but was BEGIN_ARRAY"),
        error::getMessage);
  }

  @Test
  void textThatIsNoUtf8() throws IOException {
    byte[] latin1 = CONFIG.replace("vae", "v\u00e4e").getBytes(StandardCharsets.ISO_8859_1);
    var error = refused("config.json", latin1, () -> RunFolder.open(folder));
    assertTrue(error.getMessage().contains("not UTF-8"), error::getMessage);
  }

  @Test
  void damagedLinesOfMetricsAreLeftOut() throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG);
    String good = "{\"epoch\":1,\"step\":%d,\"split\":\"test\",\"elbo\":-97.5,\"seconds\":2}\n";
    var damaged =
        List.of(
            "\u00ff\n",
            "[".repeat(100_000) + "\n",
            good.formatted(2).replace("-97.5", "{}"),
            good.formatted(2).replace("-97.5", "\"x\""),
            good.formatted(2).replace("-97.5", "[1,2]"),
            good.formatted(2).replace("-97.5", "null"),
            good.formatted(2).replace("\"step\"", "\"stop\""),
            good.formatted(2).substring(0, 30));
    String lines = good.formatted(1) + String.join(good.formatted(3), damaged);
    Files.write(folder.resolve("metrics.jsonl"), lines.getBytes(StandardCharsets.ISO_8859_1));
    List<Evaluation> metrics = RunFolder.open(folder).metrics();
    assertEquals(damaged.size(), metrics.size());
    assertTrue(metrics.stream().allMatch(m -> m.values().get("elbo") == -97.5));
  }

  @Test
  void aLineIsNotAppendedToOneThatWasCutOff() throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG);
    RunFolder run = RunFolder.open(folder);
    var evaluation = new Evaluation(1, 7, "test", Map.of("elbo", -97.5), 2);
    run.append(evaluation);
    Path file = folder.resolve("metrics.jsonl");
    Files.writeString(file, Files.readString(file).substring(0, 20));
    run.append(evaluation);
    run.append(evaluation);
    assertEquals(List.of(evaluation, evaluation), run.metrics());
  }
}
