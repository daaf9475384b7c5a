package dev.glimpse.device.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DeviceOptions;
import dev.glimpse.device.Kernel;
import dev.glimpse.device.Launch;
import dev.glimpse.device.ProgramCache;
import dev.glimpse.device.Recording;
import dev.glimpse.device.TestDevices;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs from disk, also for drivers that have a cache of their own. */
class CachedProgramsTest {
  private static final String FORCED = "glimpse.programCache";

  private final DeviceInfo info = TestDevices.info();

  @TempDir Path folder;

  @BeforeEach
  void force() {
    assumeTrue(info.id().startsWith("opencl:"), "only OpenCL devices cache programs");
    System.setProperty(FORCED, "true");
  }

  @AfterEach
  void letBe() {
    System.clearProperty(FORCED);
  }

  /** A kernel that stores a number. */
  private static Kernel storing(DeviceInfo info, int number) {
    var defines = new TreeMap<String, String>();
    defines.put(info.kind().isCpu() ? "CPU" : "GPU", "1");
    defines.put("CHAIN_PARAMETERS", "__global float* restrict out0, ");
    defines.put("CHAIN_BODY", "out0[0] = %d.0f;".formatted(number));
    defines.put("CHAIN_SUMS", "0");
    defines.put("CHAIN_STORE_SUMS", "");
    return new Kernel("pointwise.cl", "pointwise", defines);
  }

  /** What the kernel stores, on a device that has just been opened. */
  private float run(Path cache, int number) {
    boolean cpu = info.kind().isCpu();
    try (Device device =
            new OpenClBackend(new ProgramCache(cache)).open(info, DeviceOptions.DEFAULT);
        Buffer buffer = device.allocate(4)) {
      var launch =
          new Launch(
              storing(info, number),
              List.of(buffer, 1, 1, 1, 1),
              List.of(cpu ? 1 : 64, 1),
              List.of(cpu ? 1 : 64, 1),
              new Launch.Cost(0, 0),
              "");
      try (Recording recording = device.record(List.of(launch))) {
        recording.run();
        ByteBuffer host = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder());
        device.read(buffer, host);
        return host.getFloat(0);
      }
    }
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void aProgramIsStoredAndUsed() throws IOException {
    assertEquals(1, run(folder, 1));
    Path one = entries().get(0);
    assertEquals(2, run(folder, 2));
    assertEquals(2, entries().size());
    Path two = entries().stream().filter(path -> !path.equals(one)).findFirst().orElseThrow();
    // With the other program in its place, the source says 1 and the binary 2.
    byte[] original = Files.readAllBytes(one);
    Files.write(one, Files.readAllBytes(two));
    assertEquals(2, run(folder, 1));
    Files.write(one, original);
    assertEquals(1, run(folder, 1));
  }

  @Test
  void aDamagedProgramIsCompiledAgain() throws IOException {
    assertEquals(3, run(folder, 3));
    Path entry = entries().get(0);
    int size = (int) Files.size(entry);
    for (byte[] damage : List.of(new byte[0], new byte[] {1, 2, 3}, new byte[size])) {
      Files.write(entry, damage);
      assertEquals(3, run(folder, 3));
      assertFalse(Arrays.equals(damage, Files.readAllBytes(entry)), "a good one takes its place");
    }
  }

  @Test
  void aCacheThatCannotBeWrittenIsNoError() throws IOException {
    Path file = Files.createFile(folder.resolve("a file"));
    assertEquals(4, run(file, 4));
  }
}
