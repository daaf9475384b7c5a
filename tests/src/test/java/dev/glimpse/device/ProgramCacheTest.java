package dev.glimpse.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramCacheTest {
  @TempDir Path folder;

  private static long files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  @Test
  void whatIsStoredIsLoaded() throws IOException {
    Path missing = folder.resolve("a").resolve("b");
    var cache = new ProgramCache(missing);
    assertTrue(cache.load("key").isEmpty());
    cache.store("key", new byte[] {1, 2, 3});
    assertArrayEquals(new byte[] {1, 2, 3}, new ProgramCache(missing).load("key").orElseThrow());
    cache.store("key", new byte[] {4});
    assertArrayEquals(new byte[] {4}, cache.load("key").orElseThrow());
    assertTrue(cache.load("other").isEmpty());
    assertEquals(1, files(missing), "no temporary file stays");
  }

  /** A driver may end the process over what a power failure or a full disk left. */
  @Test
  void aDamagedFileIsNotLoaded() throws IOException {
    var cache = new ProgramCache(folder);
    cache.store("key", new byte[] {1, 2, 3});
    byte[] stored = Files.readAllBytes(folder.resolve("key"));
    for (int length = 0; length < stored.length; length++) {
      Files.write(folder.resolve("key"), Arrays.copyOf(stored, length));
      assertTrue(cache.load("key").isEmpty(), length + " bytes");
    }
    stored[1] ^= 4;
    Files.write(folder.resolve("key"), stored);
    assertTrue(cache.load("key").isEmpty());
  }

  @Test
  void aFolderThatCannotBeMadeIsNoError() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    var cache = new ProgramCache(file);
    cache.store("key", new byte[] {1});
    assertTrue(cache.load("key").isEmpty());
  }

  @Test
  void aProgramDependsOnAllThatMadeIt() {
    DeviceInfo device = new DryDevice(DeviceInfo.Kind.CPU).info();
    String key = ProgramCache.key("source", "options", device);
    assertEquals(key, ProgramCache.key("source", "options", device));
    assertNotEquals(key, ProgramCache.key("other source", "options", device));
    assertNotEquals(key, ProgramCache.key("source", "other options", device));
    assertNotEquals(key, ProgramCache.key("sourceo", "ptions", device));
    DeviceInfo other =
        new DeviceInfo(
            device.id(), "dry", "none", "2", device.kind(), 2, 1, 1, 1, 1, 128, 8, false, Set.of());
    assertNotEquals(key, ProgramCache.key("source", "options", other));
  }
}
