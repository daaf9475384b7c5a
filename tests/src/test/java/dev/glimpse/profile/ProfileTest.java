package dev.glimpse.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DryDevice;
import dev.glimpse.device.Kernel;
import dev.glimpse.device.Launch;
import dev.glimpse.device.Recording.Timing;
import dev.glimpse.device.TestDevices;
import dev.glimpse.device.Work;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProfileTest {
  private static final Roof ROOF = new Roof(1e9, 1e9);

  private static Launch launch(String scope, String entry, long flops, long bytes) {
    return new Launch(
        new Kernel("file.cl", entry, Map.of()),
        List.of(),
        List.of(1),
        List.of(1),
        new Launch.Cost(flops, bytes),
        scope);
  }

  /** Two launches, the first of 10, 30 and 20 ns, the second always of 5, with gaps of 1, 2, 3. */
  private static Profile byHand() {
    List<Work> launches =
        List.of(launch("a/b/matmul", "gemm", 40, 8), launch("update", "adam", 1, 15));
    List<List<Timing>> steps =
        List.of(
            List.of(new Timing(0, 100, 110), new Timing(1, 111, 116)),
            List.of(new Timing(0, 200, 230), new Timing(1, 232, 237)),
            List.of(new Timing(0, 300, 320), new Timing(1, 323, 328)));
    return new Profile(launches, steps, new double[] {3, 1, 2}, new double[] {0.3, 0.2, 0.1}, 64);
  }

  @Test
  void typicalStepIsMadeOfMedians() {
    Profile profile = byHand();
    assertEquals(20e-9, profile.seconds(0), 1e-15);
    assertEquals(5e-9, profile.seconds(1), 1e-15);
    assertEquals(25e-9, profile.busySeconds(), 1e-15);
    assertEquals(2e-9, profile.gapSeconds(), 1e-15);
    assertEquals(2e-9, profile.largestGapSeconds(), 1e-15);
    assertEquals(2, profile.wallSeconds());
    assertEquals(0.2, profile.hostSeconds());
    assertEquals(41, profile.flops());
    assertEquals(23, profile.bytes());
    assertEquals(2.5, Profile.median(new double[] {4, 1, 2, 3}));
  }

  @Test
  void rowsSayRatesAndShareOfTheRoof() {
    List<Row> rows = byHand().rows(Grouping.KERNEL, ROOF);
    assertEquals(
        List.of("file.cl:gemm matmul", "file.cl:adam update"),
        rows.stream().map(Row::name).toList());
    Row matmul = rows.get(0);
    assertEquals(20e-9, matmul.seconds(), 1e-15);
    assertEquals(10e-9, matmul.bestSeconds(), 1e-15);
    assertEquals(0.8, matmul.share(), 1e-12);
    assertEquals(2, matmul.gflops(), 1e-9);
    assertEquals(0.4, matmul.gbps(), 1e-9);
    assertEquals(2, matmul.ofRoof(), 1e-9); // bound by FLOPs: 40 ns for 20
    assertEquals(3, rows.get(1).ofRoof(), 1e-9); // bound by bytes: 15 ns for 5
    Row total = byHand().total(ROOF);
    assertEquals(55.0 / 25, total.ofRoof(), 1e-9);
  }

  @Test
  void layersAndLaunchesHaveNames() {
    assertEquals(
        List.of("a/b", "(no layer)"),
        byHand().rows(Grouping.LAYER, ROOF).stream().map(Row::name).toList());
    assertEquals(
        List.of("#0 a/b/matmul [1]", "#1 update [1]"),
        byHand().rows(Grouping.LAUNCH, ROOF).stream().map(Row::name).toList());
  }

  @ParameterizedTest
  @EnumSource
  void rowsAddUpToTheStep(Grouping grouping) {
    Profile profile = Subject.profile(3);
    List<Row> rows = profile.rows(grouping, ROOF);
    assertEquals(profile.launches().size(), rows.stream().mapToInt(Row::launches).sum());
    assertEquals(1, rows.stream().mapToDouble(Row::share).sum(), 1e-9);
    assertEquals(profile.flops(), rows.stream().mapToLong(Row::flops).sum());
    assertEquals(profile.bytes(), rows.stream().mapToLong(Row::bytes).sum());
    double busy = profile.busySeconds();
    assertEquals(busy, rows.stream().mapToDouble(Row::seconds).sum(), 1e-9 * busy);
    assertEquals(1, profile.total(ROOF).share(), 1e-9);
    for (int i = 1; i < rows.size(); i++) {
      assertTrue(rows.get(i - 1).seconds() >= rows.get(i).seconds(), "sorted by time");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DeviceInfo.Kind.class,
      names = {"CPU", "NVIDIA"})
  void everyLaunchOfAPlanMovesBytes(DeviceInfo.Kind kind) {
    for (Work launch : Subject.launches(kind)) {
      assertTrue(launch.cost().bytes() > 0, launch.scope());
      assertTrue(launch.cost().flops() >= 0, launch.scope());
    }
  }

  @Test
  void productsOfAStepCostWhatTheyMust() {
    long products =
        Subject.profile(1).rows(Grouping.KERNEL, ROOF).stream()
            .filter(row -> row.name().contains("matmul"))
            .mapToLong(Row::flops)
            .sum();
    long epilogues = 40L * Subject.BATCH * (2 * Subject.PIXELS + 4 * Subject.HIDDEN);
    assertTrue(products >= Subject.matmulFlops(), products + " FLOPs");
    assertTrue(products <= Subject.matmulFlops() + epilogues, products + " FLOPs");
  }

  @Test
  void stepsAreMeasured() {
    Tensor a = Tensor.of(new Input("a", Shape.of(64, 100)));
    Tensor b = Tensor.of(new Input("b", Shape.of(100, 64)));
    Device device = TestDevices.own();
    try (var store = new ParameterStore(device, List.of(), 0);
        Plan plan =
            new PlanBuilder(store)
                .output("c", Ops.matmul(a, b))
                .output("sum", Ops.sum(a))
                .build()) {
      Profile profile = Profiler.profile(plan, 4);
      assertEquals(plan.launches(), profile.launches());
      assertEquals(plan.arenaBytes(), profile.arenaBytes());
      assertEquals(4, profile.steps().size());
      assertTrue(profile.busySeconds() > 0);
      assertTrue(profile.hostSeconds() > 0);
      assertTrue(profile.wallSeconds() >= profile.hostSeconds());
      for (List<Timing> step : profile.steps()) {
        for (Timing timing : step) {
          assertTrue(timing.queued() <= timing.start() && timing.start() <= timing.end());
        }
      }
      assertThrows(IllegalArgumentException.class, () -> Profiler.profile(plan, 0));
    }
  }

  @Test
  void noTimeGivesNoRate() {
    var profile =
        new Profile(
            List.of(launch("a", "b", 1, 1)),
            List.of(List.of(new Timing(5, 5, 5))),
            new double[] {0},
            new double[] {0},
            0);
    Row total = profile.total(ROOF);
    assertEquals(0, total.gflops());
    assertEquals(0, total.share());
    assertEquals(0, profile.largestGapSeconds());
  }

  @Test
  void matmulCostsTwiceItsExtents() {
    Tensor a = Tensor.of(new Input("a", Shape.of(5, 7)));
    Tensor b = Tensor.of(new Input("b", Shape.of(7, 11)));
    try (var store = new ParameterStore(new DryDevice(DeviceInfo.Kind.CPU), List.of(), 0);
        Plan plan = new PlanBuilder(store).output("c", Ops.matmul(a, b)).build()) {
      Launch.Cost cost = plan.launches().get(0).cost();
      assertEquals(2 * 5 * 7 * 11, cost.flops());
      assertEquals(4 * (5 * 7 + 7 * 11 + 5 * 11), cost.bytes());
    }
  }
}
