package dev.glimpse.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DevicesTest {
  @Test
  void theListSaysWhatThereIs() {
    List<DeviceInfo> devices = Devices.list();
    assertFalse(devices.isEmpty());
    for (DeviceInfo info : devices) {
      assertTrue(info.id().matches("opencl:\\d+\\.\\d+|cuda:\\d+"), info.id());
      assertFalse(info.name().isEmpty());
      assertTrue(info.computeUnits() > 0);
      assertTrue(info.maxAllocation() <= info.memory());
      assertTrue(info.alignment() >= 4);
    }
    assertEquals(devices.size(), devices.stream().map(DeviceInfo::id).distinct().count());
  }

  /** By their makers' numbers of units, which count different things. */
  @Test
  void theWidestGpuIsTheBest() {
    var devices =
        new ArrayList<>(
            List.of(
                device("Xeon", DeviceInfo.Kind.CPU, 64, false),
                device("FPGA emulation", DeviceInfo.Kind.INTEL, 1024, true),
                device("UHD 630", DeviceInfo.Kind.INTEL, 24, false),
                device("GTX 1650", DeviceInfo.Kind.NVIDIA, 14, false)));
    devices.sort(Devices.BEST_FIRST);
    assertEquals(
        List.of("GTX 1650", "UHD 630", "Xeon", "FPGA emulation"),
        devices.stream().map(DeviceInfo::name).toList());
  }

  private static DeviceInfo device(String name, DeviceInfo.Kind kind, int units, boolean emulated) {
    return new DeviceInfo("x", name, "p", "d", kind, units, 1, 1, 1, 1, 128, 1, emulated, Set.of());
  }

  @Test
  void aDeviceIsChosenByIdOrNameOrKind() {
    DeviceInfo best = Devices.choose("best");
    assertFalse(best.emulated());
    assertEquals(best, Devices.choose(best.id()));
    assertEquals(best, Devices.choose(best.name().substring(1).toUpperCase()));
    assertEquals(best, Devices.choose(best.kind().isCpu() ? "cpu" : "gpu"));
  }

  @Test
  void anUnknownNameIsAnsweredWithTheKnownOnes() {
    var refusal = assertThrows(DeviceException.class, () -> Devices.open("no such device"));
    assertEquals("NO_DEVICE", refusal.code());
    assertTrue(refusal.getMessage().startsWith("no device matches 'no such device'; there is "));
    for (DeviceInfo info : Devices.list()) {
      assertTrue(refusal.getMessage().contains(info.id() + " (" + info.name() + ")"));
    }
  }

  @Test
  void aBackEndThatHasNoDevicesSaysWhy() {
    assumeTrue(Devices.list().stream().noneMatch(info -> info.id().startsWith("cuda:")));
    var refusal = assertThrows(DeviceException.class, () -> Devices.open("cuda:0"));
    assertTrue(refusal.getMessage().startsWith("CUDA "), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("no device matches 'cuda:0'; there is "));
  }

  @Test
  void optionsThatNeedLibrariesAreRefusedWithoutThem() {
    DeviceInfo dry = new DryDevice(DeviceInfo.Kind.CPU).info();
    for (DeviceOptions options :
        List.of(
            new DeviceOptions(DeviceOptions.Kernels.LIBRARY, Optional.empty(), false),
            new DeviceOptions(
                DeviceOptions.Kernels.AUTO, Optional.of(DeviceOptions.Precision.BF16), true))) {
      var refusal = assertThrows(DeviceException.class, () -> options.checkWithoutLibraries(dry));
      assertTrue(refusal.getMessage().contains("needs a CUDA device"), refusal.getMessage());
    }
    DeviceOptions.DEFAULT.checkWithoutLibraries(dry);
  }

  @Test
  void aDeviceMayGo() {
    DeviceInfo gone = new DryDevice(DeviceInfo.Kind.CPU).info();
    var refusal = assertThrows(DeviceException.class, () -> Devices.open(gone));
    assertEquals("no back end for device dry:0.0", refusal.getMessage());
  }

  @Test
  void kernelVariantsCanBeThoseOfAnotherKind() {
    DeviceInfo best = Devices.choose("best");
    DeviceInfo gpu = best.as(DeviceInfo.Kind.AMD);
    assertEquals(DeviceInfo.Kind.AMD, gpu.kind());
    assertEquals(best, gpu.as(best.kind()));
  }
}
