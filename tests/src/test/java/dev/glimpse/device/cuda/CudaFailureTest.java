package dev.glimpse.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceException;
import dev.glimpse.device.DeviceOptions;
import dev.glimpse.device.Kernel;
import dev.glimpse.device.Launch;
import dev.glimpse.device.Launch.Cost;
import dev.glimpse.device.ProgramCache;
import dev.glimpse.device.Recording;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After a kernel has failed, a context does nothing more. */
class CudaFailureTest {
  @TempDir private Path folder;

  @Test
  void aFailedKernelIsNamedAndTheDeviceCanBeClosed() throws IOException, InterruptedException {
    var cache = new ProgramCache(folder);
    var backend = new CudaBackend(StandIn.libraries(), cache, cache);
    Device device =
        backend.open(
            backend.devices().get(0),
            new DeviceOptions(DeviceOptions.Kernels.HAND, Optional.empty(), false));
    var kernel =
        new Kernel(
            "pointwise.cl",
            "pointwise",
            Map.of("GPU", "1", "CHAIN_PARAMETERS", "", "CHAIN_BODY", "if (column) barrier(0);"));
    var launch =
        new Launch(
            kernel,
            List.of(1, 64, 6, 1),
            List.of(64, 1),
            List.of(64, 1),
            new Cost(0, 0),
            "a layer/wait");
    Buffer buffer = device.allocate(64);
    Recording recording = device.record(List.of(launch));
    var failure =
        assertThrows(
            DeviceException.class,
            () -> {
              recording.run();
              device.finish();
            });
    assertEquals("CUDA_ERROR_LAUNCH_FAILED", failure.code());
    var next = assertThrows(DeviceException.class, () -> device.allocate(64));
    assertEquals("CUDA_ERROR_LAUNCH_FAILED", next.code());
    recording.close();
    buffer.close();
    assertThrows(DeviceException.class, device::close);
    device.close();
    assertEquals(0, device.liveObjects());
  }
}
