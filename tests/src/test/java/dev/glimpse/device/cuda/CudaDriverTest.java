package dev.glimpse.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CudaDriverTest {
  @Test
  void anOlderDriverIsNamed() {
    assertEquals(
        "CUDA's driver is too old (for CUDA 12.8): install version 580 or newer, for CUDA 13.",
        CudaDriver.tooOld(12_080));
  }
}
