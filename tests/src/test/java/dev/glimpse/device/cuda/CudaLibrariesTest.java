package dev.glimpse.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of libraries that are not the ones wanted. */
class CudaLibrariesTest {
  @Test
  void anotherVersionIsNamed(@TempDir Path folder) throws IOException {
    Files.createDirectory(folder.resolve("libcuda.so.1"));
    Path other = Files.createFile(folder.resolve("libcudart.so.12"));
    var libraries = new CudaLibraries(List.of(folder));
    assertTrue(libraries.hasDriver());
    String trouble = libraries.loadRequired().orElseThrow();
    assertTrue(
        trouble.startsWith("CUDA is not complete, libcudart.so.13 does not load (" + folder),
        trouble);
    assertTrue(trouble.endsWith(" Of another version is " + other + "."), trouble);
  }

  @Test
  void anOlderDriverIsNamed() {
    assertEquals(
        "CUDA's driver is too old (for CUDA 12.8): install version 580 or newer, for CUDA 13.",
        CudaDriver.tooOld(12_080));
  }
}
