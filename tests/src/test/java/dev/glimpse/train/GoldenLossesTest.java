package dev.glimpse.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import dev.glimpse.device.Device;
import dev.glimpse.device.TestDevices;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The losses of the first ten steps are what they always were, on every device. Where a change is
 * meant to move them, the failure prints the new ones for the file.
 */
class GoldenLossesTest {
  @TempDir private Path folder;

  /** The file. */
  private record Golden(
      String made, List<String> settings, double tolerance, Map<String, double[]> losses) {}

  private static Golden golden() throws IOException {
    try (var reader =
        new InputStreamReader(
            GoldenLossesTest.class.getResourceAsStream("golden-losses.json"),
            StandardCharsets.UTF_8)) {
      return new Gson().fromJson(reader, Golden.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"vae, false", "vae, true", "cvae, false", "cvae, true"})
  void areWhatTheyWere(String model, boolean gpuKernels) throws IOException {
    Golden golden = golden();
    Device device = gpuKernels ? TestDevices.withGpuKernels() : TestDevices.own();
    Settings settings = SmallTraining.settings(model, golden.settings().toArray(String[]::new));
    double[] found;
    try (Trainer trainer = SmallTraining.trainer(device, model, settings, folder)) {
      trainer.train();
      found = losses(trainer);
    }
    double[] expected = golden.losses().get(model);
    String now = "now: " + new Gson().toJson(found);
    assertEquals(expected.length, found.length, now);
    for (int step = 0; step < expected.length; step++) {
      assertEquals(expected[step], found[step], golden.tolerance() * expected[step], now);
    }
    assertTrue(found[9] < found[0]);
  }

  /** The negative bound of each step: the sum of its two parts. */
  private static double[] losses(Trainer trainer) {
    List<String> metrics = trainer.plan().metrics();
    FloatBuffer history = trainer.plan().history();
    double[] losses = new double[trainer.plan().step()];
    for (int step = 0; step < losses.length; step++) {
      for (String part : List.of("kl", "reconstruction")) {
        losses[step] += history.get(step * metrics.size() + metrics.indexOf(part));
      }
    }
    return losses;
  }
}
