package dev.glimpse.ops;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceException;
import dev.glimpse.device.TestDevices;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A GPU's local memory, which the grids of {@link AttentionCases#brief} fill. */
class AttentionWindowTest {
  /** Of 7 x 7 filters on an image of 5 x 3 and its error image, which are 120 more. */
  private static final int BYTES = 1400;

  private static final List<OpCase> CASES = AttentionCases.brief().get("attention");

  private static Device gpu(int localMemory) {
    return TestDevices.openUnoptimised(TestDevices.gpu(8, localMemory));
  }

  @Test
  void imagesAreReadWhereTheyLieIfTheyDoNotFit() {
    try (Device device = gpu(BYTES)) {
      OpCheck.check(device, CASES);
    }
  }

  @Test
  void saysWhatDoesNotFit() {
    try (Device device = gpu(BYTES - 4)) {
      var tooSmall = assertThrows(DeviceException.class, () -> OpCheck.check(device, CASES));
      assertTrue(tooSmall.getMessage().contains("7 x 7 filters"), tooSmall.getMessage());
      assertTrue(tooSmall.getMessage().contains("takes 1400 bytes"), tooSmall.getMessage());
    }
  }
}
