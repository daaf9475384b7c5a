package dev.glimpse.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DryDevice;
import dev.glimpse.device.Launch;
import dev.glimpse.device.TestDevices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoofTest {
  private static final Device DEVICE = new DryDevice(DeviceInfo.Kind.CPU);

  @TempDir private Path folder;
  private final AtomicInteger measured = new AtomicInteger();

  private RoofCache cache(Path where) {
    return new RoofCache(where, device -> new Roof(100 * measured.incrementAndGet(), 20));
  }

  @Test
  void timeIsThatOfTheNarrowerOfTheTwo() {
    var roof = new Roof(100, 10);
    assertEquals(2, roof.seconds(new Launch.Cost(200, 10)));
    assertEquals(3, roof.seconds(new Launch.Cost(200, 30)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void mustBePositiveNumbers(double wrong) {
    assertThrows(IllegalArgumentException.class, () -> new Roof(wrong, 1));
    assertThrows(IllegalArgumentException.class, () -> new Roof(1, wrong));
  }

  @Test
  void isMeasuredOnce() throws IOException {
    Path inner = folder.resolve("a/b");
    Roof first = cache(inner).roof(DEVICE);
    Roof second = cache(inner).roof(DEVICE);
    assertEquals(first, second);
    assertEquals(1, measured.get());
    Path file = cache(inner).file(DEVICE.info());
    JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    assertEquals("dry", json.get("device").getAsString());
    assertEquals(100, json.get("flops").getAsDouble());
    assertEquals(20, json.get("bandwidth").getAsDouble());
  }

  @Test
  void isMeasuredForEachDevice() {
    cache(folder).roof(DEVICE);
    cache(folder).roof(new DryDevice(DeviceInfo.Kind.AMD));
    assertEquals(2, measured.get());
  }

  @Test
  void isMeasuredAnewOnRequest() {
    cache(folder).roof(DEVICE);
    assertEquals(200, cache(folder).remeasure(DEVICE).flops());
    assertEquals(200, cache(folder).roof(DEVICE).flops());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{\"flops\": 1e9, \"band",
        "{\"flops\": 1e9}",
        "{\"flops\": -1, \"bandwidth\": 1}",
        "{\"flops\": \"fast\", \"bandwidth\": 1}"
      })
  void damagedCacheIsMeasuredAnew(String damaged) throws IOException {
    RoofCache cache = cache(folder);
    Files.writeString(cache.file(DEVICE.info()), damaged);
    assertEquals(100, cache.roof(DEVICE).flops());
    assertEquals(100, cache.roof(DEVICE).flops());
    assertEquals(1, measured.get());
  }

  @Test
  void cacheThatCannotBeWrittenIsNoError() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertEquals(100, cache(file).roof(DEVICE).flops());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void measurementIsOfThisWorld(boolean gpuKernels) {
    Device device = gpuKernels ? TestDevices.withGpuKernels() : TestDevices.own();
    int before = device.liveObjects();
    Roof roof = RoofMeasurement.measure(device);
    assertTrue(roof.flops() > 1e8, roof.toString());
    assertTrue(roof.bandwidth() > 1e8, roof.toString());
    if (TestDevices.info().kind().isCpu()) {
      // Two FMA units of 16 lanes at 6 GHz; more means that work was optimised away.
      assertTrue(roof.flops() < device.info().computeUnits() * 384e9, roof.toString());
      assertTrue(roof.bandwidth() < 2e12, roof.toString());
    }
    assertTrue(device.liveObjects() <= before + 3, "programs and the queue stay, buffers do not");
  }
}
