package dev.glimpse.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.Launch.Cost;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Memory, launches and their errors, on a device of its own that is closed in the end. */
class DeviceTest {
  private static final int COUNT = 40;

  private static Device device;
  private int liveBefore;

  @BeforeAll
  static void openDevice() {
    device = Devices.open(TestDevices.info());
    // Compiles what all tests here launch.
    copyOnce(device);
  }

  @AfterAll
  static void closeDevice() {
    if (device != null) {
      device.close();
      assertEquals(0, device.liveObjects());
    }
  }

  private static boolean isCuda() {
    return device.info().id().startsWith("cuda:");
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

  /** The template of chains without a chain copies. */
  private static Kernel copyKernel(Map<String, String> defines) {
    var all = new TreeMap<>(defines);
    all.put(TestDevices.info().kind().isCpu() ? "CPU" : "GPU", "1");
    return new Kernel("pointwise.cl", "pointwise", all);
  }

  private static Launch launch(Kernel kernel, Object... arguments) {
    boolean cpu = TestDevices.info().kind().isCpu();
    return new Launch(
        kernel,
        List.of(arguments),
        List.of(cpu ? 1 : 64, 1),
        List.of(cpu ? 1 : 64, 1),
        new Cost(0, 0),
        "a layer/copy");
  }

  /** By an item of one row and all columns, or by a work-group of 2^6 columns and one row. */
  private static Launch copy(Buffer from, Buffer to) {
    boolean cpu = TestDevices.info().kind().isCpu();
    return launch(copyKernel(Map.of()), from, to, 1, COUNT, cpu ? 1 : 6, cpu ? COUNT : 1);
  }

  private static void copyOnce(Device device) {
    try (Buffer from = device.allocate(4 * COUNT);
        Buffer to = device.allocate(4 * COUNT);
        Recording recording = device.record(List.of(copy(from, to)))) {
      recording.run();
      device.finish();
    }
  }

  @Test
  void memoryIsWrittenReadAndCleared() {
    try (Buffer buffer = device.allocate(16)) {
      assertEquals(16, buffer.bytes());
      device.write(buffer, host(1, 2, 3, 4));
      assertArrayEquals(new float[] {1, 2, 3, 4}, read(buffer, 4));
      device.write(buffer, host(9));
      assertArrayEquals(new float[] {9, 2}, read(buffer, 2));
      device.clear(buffer);
      assertArrayEquals(new float[4], read(buffer, 4));
      assertThrows(IllegalArgumentException.class, () -> device.write(buffer, host(new float[5])));
      assertThrows(IllegalArgumentException.class, () -> read(buffer, 5));
    }
  }

  @Test
  void aSliceIsPartOfItsBuffer() {
    int alignment = device.info().alignment();
    try (Buffer buffer = device.allocate(3L * alignment);
        Buffer slice = buffer.slice(alignment, 8)) {
      device.clear(buffer);
      device.write(slice, host(5, 6));
      float[] all = read(buffer, 3 * alignment / 4);
      assertEquals(0, all[alignment / 4 - 1]);
      assertEquals(5, all[alignment / 4]);
      assertEquals(6, all[alignment / 4 + 1]);
      assertEquals(0, all[alignment / 4 + 2]);
      assertThrows(IllegalArgumentException.class, () -> buffer.slice(0, 3L * alignment + 1));
      assertThrows(IllegalArgumentException.class, () -> buffer.slice(-1, 4));
    }
  }

  @Test
  void anUploadCanBeRepeated() {
    ByteBuffer source = host(1, 2);
    try (Buffer buffer = device.allocate(8)) {
      Transfer upload = device.upload(source, buffer);
      upload.run();
      assertArrayEquals(new float[] {1, 2}, read(buffer, 2));
      source.putFloat(0, 7);
      upload.run();
      assertArrayEquals(new float[] {7, 2}, read(buffer, 2));
      assertThrows(
          IllegalArgumentException.class, () -> device.upload(ByteBuffer.allocate(8), buffer));
    }
  }

  @Test
  void aRecordingRunsAgainAndAgain() {
    float[] values = new float[COUNT];
    try (Buffer from = device.allocate(4 * COUNT);
        Buffer to = device.allocate(4 * COUNT);
        Recording recording = device.record(List.of(copy(from, to), copy(to, from)))) {
      recording.profile();
      int live = device.liveObjects();
      assertEquals(2, recording.launches().size());
      for (int i = 0; i < 3; i++) {
        values[39] = i;
        device.write(from, host(values));
        recording.run();
        assertArrayEquals(values, read(to, COUNT));
      }
      List<Recording.Timing> timings = recording.profile();
      assertEquals(2, timings.size());
      for (Recording.Timing timing : timings) {
        assertTrue(timing.queued() <= timing.start() && timing.start() <= timing.end());
      }
      // A graph that replays the launches goes with the recording; a queue for profiling stays.
      assertEquals(live + (isCuda() ? 1 : 0), device.liveObjects());
      liveBefore += isCuda() ? 0 : 1;
    }
  }

  @Test
  void aFenceWaitsForWhatCameBefore() {
    try (Buffer from = device.allocate(4 * COUNT);
        Buffer to = device.allocate(4 * COUNT);
        Recording recording = device.record(List.of(copy(from, to)));
        Fence fence = device.fence()) {
      fence.await();
      for (int i = 0; i < 3; i++) {
        recording.run();
        fence.signal();
        fence.signal();
        fence.await();
        fence.await();
      }
      fence.signal();
    }
  }

  @Test
  void tooMuchMemoryIsRefusedInMiB() {
    long bytes = device.info().maxAllocation() + 1;
    var refusal = assertThrows(DeviceException.class, () -> device.allocate(bytes));
    assertTrue(refusal.getMessage().contains("cannot allocate " + (bytes >> 20) + " MiB"));
    assertTrue(refusal.getMessage().contains("use a smaller --batch"));
    assertThrows(DeviceException.class, () -> device.allocate(0));
  }

  @Test
  void aKernelThatDoesNotCompileIsShown() {
    Kernel broken = copyKernel(Map.of("CHAIN_BODY", "nonsense;", "CHAIN_PARAMETERS", ""));
    var refusal = assertThrows(DeviceException.class, () -> device.record(List.of(launch(broken))));
    assertEquals(isCuda() ? "NVRTC_ERROR_COMPILATION" : "CL_BUILD_PROGRAM_FAILURE", refusal.code());
    assertTrue(refusal.getMessage().startsWith("pointwise.cl does not compile for "));
    assertTrue(refusal.getMessage().contains("CHAIN_BODY=nonsense;"));
    assertTrue(
        Pattern.compile("error: .*nonsense").matcher(refusal.getMessage()).find(),
        refusal.getMessage());
  }

  @Test
  void aMissingKernelIsNamed() {
    var file = new Kernel("none.cl", "none", Map.of());
    var missing = assertThrows(DeviceException.class, () -> device.record(List.of(launch(file))));
    assertEquals("kernel file not packaged: none.cl", missing.getMessage());
    var entry = new Kernel("pointwise.cl", "none", copyKernel(Map.of()).defines());
    var unknown = assertThrows(DeviceException.class, () -> device.record(List.of(launch(entry))));
    assertEquals("no kernel none in pointwise.cl", unknown.getMessage());
  }

  @Test
  void wrongArgumentsAreNamed() {
    Kernel kernel = copyKernel(Map.of());
    try (Buffer buffer = device.allocate(4 * COUNT)) {
      Launch tooMany = launch(kernel, buffer, buffer, 1, 1, 1, 1, 1);
      var refusal = assertThrows(DeviceException.class, () -> device.record(List.of(tooMany)));
      assertEquals(isCuda() ? "CUDA_ERROR_INVALID_VALUE" : "CL_INVALID_ARG_INDEX", refusal.code());
      assertTrue(refusal.getMessage().contains("argument 6 of pointwise in a layer/copy"));

      Launch unknown = launch(kernel, "text");
      assertThrows(IllegalArgumentException.class, () -> device.record(List.of(unknown)));

      Launch tooFew = launch(kernel, buffer, buffer, 1, 1, 1);
      if (isCuda()) {
        var early = assertThrows(DeviceException.class, () -> device.record(List.of(tooFew)));
        assertTrue(
            early.getMessage().endsWith("argument 5 of pointwise in a layer/copy is missing"));
        return;
      }
      try (Recording recording = device.record(List.of(tooFew))) {
        var late = assertThrows(DeviceException.class, recording::run);
        assertEquals("CL_INVALID_KERNEL_ARGS", late.code());
        assertTrue(
            late.getMessage().startsWith("a layer/copy: launching pointwise of pointwise.cl"));
      }
    }
  }

  @Test
  void workItemsFillWorkGroups() {
    Kernel kernel = copyKernel(Map.of());
    var cost = new Cost(0, 0);
    assertThrows(
        IllegalArgumentException.class,
        () -> new Launch(kernel, List.of(), List.of(65, 1), List.of(64, 1), cost, ""));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Launch(kernel, List.of(), List.of(0, 1), List.of(1, 1), cost, ""));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Launch(kernel, List.of(), List.of(64), List.of(64, 1), cost, ""));
  }

  @Test
  void whatIsClosedIsNotUsed() {
    Buffer buffer = device.allocate(16);
    Transfer upload = device.upload(host(1), buffer);
    buffer.close();
    buffer.close();
    assertThrows(IllegalStateException.class, upload::run);
    assertThrows(IllegalStateException.class, () -> device.write(buffer, host(1)));
  }

  @Test
  void closingInTheWrongOrderDoesNoHarm() {
    Device own = Devices.open(TestDevices.info());
    Buffer from = own.allocate(4 * COUNT);
    Buffer to = own.allocate(4 * COUNT);
    Buffer slice = from.slice(0, 16);
    Recording recording = own.record(List.of(copy(from, to)));
    Fence fence = own.fence();
    recording.run();
    fence.signal();
    own.close();
    own.close();
    assertThrows(IllegalStateException.class, recording::run);
    assertThrows(IllegalStateException.class, own::finish);
    assertThrows(IllegalStateException.class, () -> own.allocate(4));
    assertThrows(IllegalStateException.class, () -> own.record(List.of(copy(from, to))));
    fence.close();
    from.close();
    slice.close();
    recording.close();
    to.close();
    assertEquals(0, own.liveObjects());
  }

  @Test
  void aSourceHasItsDefinesAndIncludes() {
    String source = new Kernel("repeat.cl", "repeat", Map.of("B", "2", "A", "1")).source();
    assertTrue(source.startsWith("#define A 1\n#define B 2\n"));
    assertTrue(source.contains("#define VECTOR 8"));
    assertEquals(-1, source.indexOf("#include"));
  }
}
