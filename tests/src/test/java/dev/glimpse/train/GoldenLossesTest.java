package dev.glimpse.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.gson.Gson;
import dev.glimpse.device.Device;
import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.Plan;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The losses of the first ten steps are what they always were, on every device. Where a change is
 * meant to move them, the failure prints the new ones for the file.
 */
class GoldenLossesTest {
  /** Of kernels for GPUs on a CPU, which take long. */
  private static final int FEWER_STEPS = 4;

  @TempDir private Path folder;

  /** The file: models by a name of their own. */
  private record Golden(String made, Map<String, Run> runs) {}

  /**
   * Ten steps of a model.
   *
   * @param gpuKernels whether the kernels for GPUs are held against them too
   * @param tolerance relative, but at least of 1
   * @param losses a metric's value for each step
   */
  private record Run(
      String model,
      List<String> settings,
      boolean gpuKernels,
      double tolerance,
      Map<String, double[]> losses) {}

  private static Golden golden() throws IOException {
    try (var reader =
        new InputStreamReader(
            GoldenLossesTest.class.getResourceAsStream("golden-losses.json"),
            StandardCharsets.UTF_8)) {
      return new Gson().fromJson(reader, Golden.class);
    }
  }

  static Stream<Arguments> runs() throws IOException {
    return golden().runs().entrySet().stream()
        .flatMap(
            run ->
                run.getValue().gpuKernels() && TestDevices.info().kind().isCpu()
                    ? Stream.of(arguments(run.getKey(), false), arguments(run.getKey(), true))
                    : Stream.of(arguments(run.getKey(), false)));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void areWhatTheyWere(String name, boolean gpuKernels) throws IOException {
    Run run = golden().runs().get(name);
    Device device = gpuKernels ? TestDevices.withGpuKernels() : TestDevices.own();
    Settings settings = SmallTraining.settings(run.model(), run.settings().toArray(String[]::new));
    boolean slow = gpuKernels || device.info().name().equals("Stand-in");
    Map<String, double[]> found;
    try (Trainer trainer = SmallTraining.trainer(device, run.model(), settings, folder);
        TrainingStream stream = trainer.stream()) {
      int steps = slow ? FEWER_STEPS : stream.steps();
      for (int step = 0; step < steps; step++) {
        stream.upload();
        trainer.plan().run();
        trainer.plan().finish();
      }
      found = losses(trainer.plan());
    }
    String now = "now: " + new Gson().toJson(found);
    assertEquals(run.losses().keySet(), found.keySet(), now);
    run.losses()
        .forEach(
            (metric, expected) -> {
              double[] actual = found.get(metric);
              assertEquals(slow ? FEWER_STEPS : expected.length, actual.length, now);
              for (int step = 0; step < actual.length; step++) {
                double allowed = run.tolerance() * Math.max(1, Math.abs(expected[step]));
                assertEquals(expected[step], actual[step], allowed, metric + " " + now);
              }
            });
  }

  private static Map<String, double[]> losses(Plan plan) {
    List<String> metrics = plan.metrics();
    FloatBuffer history = plan.history();
    var losses = new TreeMap<String, double[]>();
    for (int m = 0; m < metrics.size(); m++) {
      double[] values = new double[plan.step()];
      for (int step = 0; step < values.length; step++) {
        values[step] = history.get(step * metrics.size() + m);
      }
      losses.put(metrics.get(m), values);
    }
    return losses;
  }
}
