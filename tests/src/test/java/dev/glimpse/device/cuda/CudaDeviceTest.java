package dev.glimpse.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceException;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DeviceOptions;
import dev.glimpse.device.Fence;
import dev.glimpse.device.Kernel;
import dev.glimpse.device.Launch;
import dev.glimpse.device.Launch.Cost;
import dev.glimpse.device.ProgramCache;
import dev.glimpse.device.Recording;
import dev.glimpse.device.Transfer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The back end's bookkeeping over a stand-in for NVIDIA's libraries: what is allocated is freed,
 * arguments arrive, the second run becomes a graph. On a machine with a driver DeviceTest does
 * this.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CudaDeviceTest {
  private static final int COUNT = 40;

  /** Libraries are CudaCallsTest's. */
  private static final DeviceOptions HAND =
      new DeviceOptions(DeviceOptions.Kernels.HAND, Optional.empty(), false);

  @TempDir static Path folder;

  private static CudaBackend backend;
  private static ProgramCache cache;
  private static Device device;
  private int liveBefore;

  @BeforeAll
  static void openDevice() throws IOException, InterruptedException {
    cache = new ProgramCache(folder.resolve("programs"));
    backend =
        new CudaBackend(StandIn.libraries(), cache, new ProgramCache(folder.resolve("algorithms")));
    List<DeviceInfo> devices = backend.devices();
    assertEquals("", backend.unavailableBecause());
    assertEquals(List.of("cuda:0"), devices.stream().map(DeviceInfo::id).toList());
    device = backend.open(devices.get(0), HAND);
    try (Buffer from = device.allocate(4 * COUNT);
        Buffer to = device.allocate(4 * COUNT);
        Recording recording = device.record(List.of(copy(from, to)))) {
      recording.run();
    }
  }

  @AfterAll
  static void nothingStays() {
    if (device != null) {
      device.close();
      device.close();
      assertEquals(0, device.liveObjects());
      assertEquals(0, StandIn.live());
    }
  }

  @BeforeEach
  void count() {
    liveBefore = device.liveObjects();
  }

  @AfterEach
  void nothingLeft() {
    assertEquals(liveBefore, device.liveObjects());
  }

  private static ByteBuffer host(float... values) {
    ByteBuffer host = ByteBuffer.allocateDirect(4 * values.length).order(ByteOrder.nativeOrder());
    host.asFloatBuffer().put(values);
    return host;
  }

  private static float[] read(Buffer buffer, int count) {
    ByteBuffer host = host(new float[count]);
    device.read(buffer, host);
    float[] values = new float[count];
    host.asFloatBuffer().get(values);
    return values;
  }

  private static Launch launch(Map<String, String> defines, int rows, Object... arguments) {
    var all = new TreeMap<>(defines);
    all.put("GPU", "1");
    return new Launch(
        new Kernel("pointwise.cl", "pointwise", all),
        List.of(arguments),
        List.of(64, rows),
        List.of(64, 1),
        new Cost(0, 0),
        "a layer/copy");
  }

  /** By a work-group of 2^6 columns and one row. */
  private static Launch copy(Buffer from, Buffer to) {
    return launch(Map.of(), 1, from, to, 1, COUNT, 6, 1);
  }

  @Test
  void theDeviceIsDescribed() {
    DeviceInfo info = device.info();
    assertEquals("Stand-in", info.name());
    assertEquals("CUDA 13.1", info.driver());
    assertEquals(DeviceInfo.Kind.NVIDIA, info.kind());
    assertEquals(2, info.computeUnits());
    assertEquals(1L << 30, info.memory());
    assertEquals(48 << 10, info.localMemory());
    assertEquals(1024, info.maxWorkGroup());
  }

  @Test
  void memoryIsWrittenReadSlicedAndCleared() {
    try (Buffer buffer = device.allocate(1024);
        Buffer slice = buffer.slice(256, 8)) {
      device.clear(buffer);
      device.write(slice, host(5, 6));
      float[] all = read(buffer, 67);
      assertArrayEquals(new float[] {0, 5, 6, 0}, java.util.Arrays.copyOfRange(all, 63, 67));
      assertThrows(IllegalArgumentException.class, () -> buffer.slice(1020, 8));
      assertThrows(IllegalArgumentException.class, () -> device.write(slice, host(1, 2, 3)));
    }
  }

  @Test
  void uploadsMayOutnumberTheirStagingAndGrow() {
    for (int floats : new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9}) {
      float[] values = new float[floats];
      java.util.Arrays.fill(values, floats);
      ByteBuffer source = host(values);
      try (Buffer buffer = device.allocate(4L * floats)) {
        Transfer upload = device.upload(source, buffer);
        upload.run();
        assertArrayEquals(values, read(buffer, floats));
        source.putFloat(0, -1);
        upload.run();
        values[0] = -1;
        assertArrayEquals(values, read(buffer, floats));
      }
    }
  }

  @Test
  @Order(1)
  void theSecondRunBecomesAGraph() {
    float[] values = new float[COUNT];
    try (Buffer from = device.allocate(4 * COUNT);
        Buffer to = device.allocate(4 * COUNT);
        Recording recording = device.record(List.of(copy(from, to), copy(to, from)))) {
      int launches = StandIn.launches();
      int graphs = StandIn.graphLaunches();
      for (int i = 0; i < 4; i++) {
        values[39] = i;
        device.write(from, host(values));
        recording.run();
        assertArrayEquals(values, read(to, COUNT));
      }
      assertEquals(2, StandIn.launches() - launches);
      assertEquals(3, StandIn.graphLaunches() - graphs);
      List<Recording.Timing> timings = recording.profile();
      assertEquals(2, timings.size());
      assertEquals(4, StandIn.graphLaunches() - graphs);
      for (Recording.Timing timing : timings) {
        assertTrue(timing.queued() <= timing.start() && timing.start() <= timing.end());
      }
    }
  }

  @Test
  void aRecordingThatIsProfiledFirstRunsOnce() {
    try (Buffer from = device.allocate(4 * COUNT);
        Buffer to = device.allocate(4 * COUNT);
        Recording recording = device.record(List.of(copy(from, to)))) {
      int launches = StandIn.launches();
      assertEquals(1, recording.profile().size());
      assertEquals(1, StandIn.launches() - launches);
    }
  }

  @Test
  @Order(2)
  void whatCannotBeCapturedIsLaunchedOneByOne() {
    StandIn.refuseCapture();
    float[] values = new float[COUNT];
    try (Buffer from = device.allocate(4 * COUNT);
        Buffer to = device.allocate(4 * COUNT);
        Recording recording = device.record(List.of(copy(from, to)))) {
      int launches = StandIn.launches();
      int graphs = StandIn.graphLaunches();
      for (int i = 0; i < 3; i++) {
        values[0] = i;
        device.write(from, host(values));
        recording.run();
        assertArrayEquals(values, read(to, COUNT));
      }
      assertEquals(3, StandIn.launches() - launches);
      assertEquals(1, recording.profile().size());
      assertEquals(4, StandIn.launches() - launches);
      assertEquals(graphs, StandIn.graphLaunches());
    } finally {
      StandIn.refuseCapture();
    }
  }

  @Test
  void moreRowsThanAGridHasInYAreLaunchedInX() {
    int rows = 70_000;
    float[] values = new float[rows];
    for (int row = 0; row < rows; row++) {
      values[row] = row;
    }
    try (Buffer from = device.allocate(4 * rows);
        Buffer to = device.allocate(4 * rows)) {
      device.write(from, host(values));
      Launch tall = launch(Map.of(), rows, from, to, rows, 1, 6, 1);
      try (Recording recording = device.record(List.of(tall))) {
        recording.run();
      }
      assertArrayEquals(values, read(to, rows));
    }
    liveBefore++; // The kernel's variant for such grids.
  }

  @Test
  void aFenceCanBeUsedAgain() {
    try (Fence fence = device.fence()) {
      fence.await();
      fence.signal();
      fence.signal();
      fence.await();
      fence.signal();
    }
  }

  @Test
  void errorsHaveTheirNames() {
    var large = assertThrows(DeviceException.class, () -> device.allocate(600L << 20));
    assertEquals("CUDA_ERROR_OUT_OF_MEMORY", large.code());
    assertTrue(large.getMessage().startsWith("Stand-in cannot allocate 600 MiB"));

    Launch broken = launch(Map.of("CHAIN_BODY", "nonsense;", "CHAIN_PARAMETERS", ""), 1);
    var refusal = assertThrows(DeviceException.class, () -> device.record(List.of(broken)));
    assertEquals("NVRTC_ERROR_COMPILATION", refusal.code());
    assertTrue(refusal.getMessage().startsWith("pointwise.cl does not compile for Stand-in"));
    assertTrue(refusal.getMessage().contains("error: 'nonsense'"), refusal.getMessage());

    var entry = new Kernel("pointwise.cl", "none", Map.of("GPU", "1"));
    var unknown =
        new Launch(entry, List.of(), List.of(64, 1), List.of(64, 1), new Cost(0, 0), "a layer");
    var missing = assertThrows(DeviceException.class, () -> device.record(List.of(unknown)));
    assertEquals("no kernel none in pointwise.cl", missing.getMessage());
    assertEquals("CUDA_ERROR_NOT_FOUND", missing.code());
  }

  @Test
  void whatNeedsALibraryIsRefusedWithoutOne() {
    var precise =
        new DeviceOptions(
            DeviceOptions.Kernels.HAND, Optional.of(DeviceOptions.Precision.TF32), false);
    var refusal = assertThrows(DeviceException.class, () -> backend.open(device.info(), precise));
    assertEquals("NO_LIBRARY", refusal.code());
    assertTrue(refusal.getMessage().contains("--precision"));
  }

  @Test
  void wrongArgumentsAreNamed() {
    try (Buffer buffer = device.allocate(4 * COUNT)) {
      for (Map.Entry<String, Launch> wrong :
          Map.of(
                  "argument 6 of pointwise in a layer/copy is one too many",
                  launch(Map.of(), 1, buffer, buffer, 1, 1, 1, 1, 1),
                  "argument 5 of pointwise in a layer/copy is missing",
                  launch(Map.of(), 1, buffer, buffer, 1, 1, 1),
                  "argument 1 of pointwise in a layer/copy has 4 bytes, the kernel takes 8",
                  launch(Map.of(), 1, buffer, 1f, 1, 1, 1, 1))
              .entrySet()) {
        var refusal =
            assertThrows(DeviceException.class, () -> device.record(List.of(wrong.getValue())));
        assertEquals(wrong.getKey(), refusal.getMessage());
      }
      Launch text = launch(Map.of(), 1, "text");
      assertThrows(IllegalArgumentException.class, () -> device.record(List.of(text)));
    }
  }

  @Test
  void aDamagedProgramIsCompiledAgain() throws IOException {
    try (Stream<Path> programs = Files.list(folder.resolve("programs"))) {
      for (Path program : programs.toList()) {
        Files.writeString(program, "damaged");
      }
    }
    Device other = backend.open(device.info(), HAND);
    try (Buffer from = other.allocate(4 * COUNT);
        Recording recording = other.record(List.of(copy(from, from)))) {
      recording.run();
    }
    other.close();
    assertEquals(0, other.liveObjects());
    try (Stream<Path> programs = Files.list(folder.resolve("programs"))) {
      assertTrue(programs.anyMatch(program -> program.toFile().length() > 1000));
    }
  }

  @Test
  void closingInTheWrongOrderDoesNoHarm() {
    int live = StandIn.live();
    Device own = backend.open(device.info(), HAND);
    Buffer from = own.allocate(4 * COUNT);
    Buffer to = own.allocate(4 * COUNT);
    Buffer slice = from.slice(0, 16);
    Recording recording = own.record(List.of(copy(from, to)));
    Fence fence = own.fence();
    recording.run();
    fence.signal();
    own.close();
    assertThrows(IllegalStateException.class, recording::run);
    assertThrows(IllegalStateException.class, own::finish);
    assertThrows(IllegalStateException.class, () -> own.allocate(4));
    fence.close();
    from.close();
    slice.close();
    recording.close();
    to.close();
    assertEquals(0, own.liveObjects());
    assertEquals(live, StandIn.live());
  }
}
