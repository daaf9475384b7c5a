package dev.glimpse.train;

import dev.glimpse.io.AtomicFiles;
import dev.glimpse.io.CheckpointException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps other trainings out of a run's folder while one is going on there. The system lets go of it
 * when the process ends, however it does; the empty file {@code .lock} stays.
 */
final class RunLock implements AutoCloseable {
  /** Those of this process: to close another channel of theirs would let go of the lock. */
  private static final Set<Path> HELD = new HashSet<>();

  private final Path folder;
  private final FileChannel channel;

  private RunLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Takes the lock, and makes the folder if there is none.
   *
   * @throws CheckpointException when another training has it, or the folder cannot be written
   */
  static RunLock of(Path folder) {
    try {
      AtomicFiles.createFolders(folder);
      Optional<RunLock> lock = taken(folder.toRealPath());
      if (lock.isPresent()) {
        return lock.get();
      }
    } catch (IOException e) {
      throw new CheckpointException(
          folder, "cannot be written: " + e.getMessage(), "choose another --out", e);
    }
    throw new CheckpointException(
        folder, "another training is going on there", "wait for it, or choose another --out");
  }

  private static synchronized Optional<RunLock> taken(Path folder) throws IOException {
    if (HELD.contains(folder)) {
      return Optional.empty();
    }
    FileChannel channel =
        FileChannel.open(
            folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!isFree(channel)) {
      channel.close();
      return Optional.empty();
    }
    HELD.add(folder);
    return Optional.of(new RunLock(folder, channel));
  }

  private static boolean isFree(FileChannel channel) {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (IOException e) {
      // A file system without locks, as some network ones: then users must see to it themselves.
      return true;
    }
  }

  @Override
  public void close() {
    synchronized (RunLock.class) {
      if (!channel.isOpen()) {
        return;
      }
      HELD.remove(folder);
      try {
        channel.close();
      } catch (IOException e) {
        // The lock goes with the process.
        return;
      }
    }
  }
}
