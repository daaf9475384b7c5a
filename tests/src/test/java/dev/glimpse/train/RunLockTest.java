package dev.glimpse.train;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.io.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {
  @TempDir private Path folder;

  @Test
  void oneTrainingAtATime() {
    Path run = folder.resolve("run");
    RunLock lock = RunLock.of(run);
    try (lock) {
      var refused = assertThrows(CheckpointException.class, () -> RunLock.of(run));
      assertTrue(
          refused.getMessage().contains("another training is going on there"),
          refused.getMessage());
    }
    assertDoesNotThrow(() -> RunLock.of(run).close());
  }

  @Test
  void aLinkToAFolderIsOne() throws IOException {
    Path run = Files.createDirectory(folder.resolve("run"));
    RunLock lock = RunLock.of(Files.createSymbolicLink(folder.resolve("link"), run));
    try (lock) {
      assertThrows(CheckpointException.class, () -> RunLock.of(run));
    }
  }

  @Test
  void aFileIsNoFolder() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    var refused = assertThrows(CheckpointException.class, () -> RunLock.of(file));
    assertTrue(refused.getMessage().contains("cannot be written"), refused.getMessage());
  }
}
