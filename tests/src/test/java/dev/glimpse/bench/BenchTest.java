package dev.glimpse.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.glimpse.device.TestDevices;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class BenchTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int bench(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return line.execute(arguments);
  }

  @Test
  void timesTheTrainingStep() {
    assertEquals(0, bench("W1", "--steps", "3", "--json"), err::toString);
    JsonObject row = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertEquals(
        Set.of(
            "name",
            "device",
            "ms",
            "ms_min",
            "gflops",
            "first_step_s",
            "host_ms",
            "host_ms_min",
            "heap_bytes",
            "launches",
            "arena_bytes"),
        row.keySet());
    assertEquals("W1 vae-mlp", row.get("name").getAsString());
    assertEquals(0.52, new VaeMlp().flops() / 1e9, 0.01);
    for (String fact : List.of("first_step_s", "host_ms", "launches", "arena_bytes")) {
      assertTrue(row.get(fact).getAsDouble() > 0, fact);
    }
    requireTimes(row);
  }

  /** The kinds of kernel, smaller than they are timed otherwise. */
  static List<Workload> kernels() {
    return List.of(
        new Sgemm(7, 33, 65),
        new Sgemm(33, 7, 17, true, false),
        new Sgemm(7, 33, 31, false, true),
        new AdamUpdate(1000),
        new Tanh(7, 33),
        new Gate(7, 33),
        new RowSum(7, 33),
        new ColumnSum(7, 33),
        new CrossEntropy(7, 10),
        new NormalNoise(7, 33));
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void timesEveryKindOfKernel(Workload kernel) {
    int alive = TestDevices.own().liveObjects();
    JsonObject row = new Bench(TestDevices.own(), null, 2).measure(kernel).json();
    String rate = kernel instanceof Sgemm ? "gflops" : "gbps";
    assertEquals(Set.of("name", "device", "ms", "ms_min", rate), row.keySet());
    requireTimes(row);
    assertTrue(row.get(rate).getAsDouble() > 0);
    // Programs stay with the device; buffers and kernels do not.
    new Bench(TestDevices.own(), null, 1).measure(kernel);
    int programs = TestDevices.own().liveObjects() - alive;
    new Bench(TestDevices.own(), null, 1).measure(kernel);
    assertEquals(alive + programs, TestDevices.own().liveObjects());
  }

  private static void requireTimes(JsonObject row) {
    double best = row.get("ms_min").getAsDouble();
    assertTrue(best > 0 && best <= row.get("ms").getAsDouble(), row::toString);
  }

  @Test
  void findsWorkloadsByTheirFirstLetters() {
    assertEquals(Workloads.KERNELS, Workloads.named("kernels"));
    assertEquals(
        List.of("W1 vae-mlp"), Workloads.named("w1").stream().map(Workload::name).toList());
    assertEquals(5, Workloads.named("sgemm").size());
    long names = Workloads.all().map(Workload::name).distinct().count();
    assertEquals(names, Workloads.named("all").size());
  }

  @Test
  void saysInOneLineWhatIsNotThere() {
    assertEquals(2, bench("sgemm NN 100x400x400", "--steps", "1", "--peer", "abacus"));
    assertTrue(err.toString().contains("no peer 'abacus'"), err::toString);
    assertEquals(2, bench("W9"));
    assertTrue(err.toString().contains("nothing is named 'W9'"), err::toString);
  }

  @Test
  void refusesPeersThatComputeSomethingElse() {
    var ours = List.of(new float[] {1, 1000}, new float[] {1});
    Agreement.require("same", 1e-4, ours, List.of(new float[] {1.05f, 1000}, new float[] {1}));
    float[][] others = {{1, 1001}, {1, Float.NaN}, {1}};
    for (float[] other : others) {
      refuses(ours, List.of(other, new float[] {1}));
    }
    refuses(ours, List.of(ours.get(0)));
    // As far from 1 as one may be from 1000.
    refuses(ours, List.of(ours.get(0), new float[] {1.05f}));
  }

  private static void refuses(List<float[]> ours, List<float[]> theirs) {
    assertThrows(PeerException.class, () -> Agreement.require("x", 1e-4, ours, theirs));
  }
}
