package dev.glimpse.train;

import dev.glimpse.io.CheckpointException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps other trainings out of a run's folder while one is going on there. The system lets go of it
 * when the process ends, however it does; the empty file {@code .lock} stays.
 */
public final class RunLock implements AutoCloseable {
  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock, and makes the folder if there is none.
   *
   * @throws CheckpointException when another training has it, or the folder cannot be written
   */
  public static RunLock of(Path folder) {
    FileChannel channel;
    try {
      // createDirectories refuses a link to a folder (JDK-8294193), so it is asked only when
      // needed.
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder);
      }
      channel =
          FileChannel.open(
              folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new CheckpointException(
          folder, "cannot be written: " + e.getMessage(), "choose another --out", e);
    }
    var lock = new RunLock(channel);
    if (!isFree(channel)) {
      lock.close();
      throw new CheckpointException(
          folder, "another training is going on there", "wait for it, or choose another --out");
    }
    return lock;
  }

  private static boolean isFree(FileChannel channel) {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      // A file system without locks, as some network ones: then users must see to it themselves.
      return true;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The lock goes with the process.
      return;
    }
  }
}
