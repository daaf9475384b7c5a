package dev.glimpse.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes files and folders so that a reader, or a crash, never meets half of one: the content goes
 * to a hidden temporary sibling, is forced to the disk, and takes the target's place by a rename.
 *
 * <p>When anything fails the temporary is deleted, what stood at the target is as it was, and one
 * {@link UncheckedIOException} says which file could not be written, why, and how much room the
 * disk has. An unchecked exception of the content's own passes through as it is.
 */
public final class AtomicFiles {

  /** The content of a file, written to a fresh, empty channel. */
  @FunctionalInterface
  public interface FileContent {
    void writeTo(FileChannel channel) throws IOException;
  }

  /** The content of a folder, written into a fresh, empty folder. */
  @FunctionalInterface
  public interface FolderContent {
    void writeTo(Path folder) throws IOException;
  }

  private AtomicFiles() {}

  /**
   * Writes {@code target}, replacing the file there, or that to which a link there leads; missing
   * parent folders are created. Devices, pipes and folders are refused.
   */
  public static void writeFile(Path target, FileContent content) {
    try {
      replace(replaceable(target.toAbsolutePath()), content);
    } catch (IOException e) {
      throw failure(target, e);
    }
  }

  private static Path replaceable(Path file) throws IOException {
    if (!Files.exists(file)) {
      return file;
    }
    Path real = file.toRealPath();
    if (Files.isRegularFile(real)) {
      return real;
    }
    throw new IOException(Files.isDirectory(real) ? "it is a folder" : "it is no ordinary file");
  }

  private static void replace(Path file, FileContent content) throws IOException {
    Path temporary = sibling(file, "tmp");
    try {
      createFolders(file.getParent());
      try (var channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      forceFolder(file.getParent());
    } finally {
      deleteQuietly(temporary);
    }
  }

  /** Writes {@code text} as UTF-8 to {@code target}, replacing the file there. */
  public static void writeText(Path target, String text) {
    writeFile(
        target,
        channel -> writeFully(channel, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
  }

  /**
   * Writes the folder {@code target}, replacing the one there.
   *
   * <p>No rename replaces a folder that has content, so an old one is first moved aside to a hidden
   * sibling ending in {@code .old}. A reader can therefore miss the folder for an instant, but
   * never sees a part of one; a crash in that instant leaves the old folder under its {@code .old}
   * name.
   */
  public static void writeFolder(Path target, FolderContent content) {
    Path folder = target.toAbsolutePath();
    Path temporary = sibling(folder, "tmp");
    Path old = sibling(folder, "old");
    try {
      createFolders(folder.getParent());
      Files.createDirectory(temporary);
      content.writeTo(temporary);
      forceTree(temporary);
      replaceFolder(temporary, folder, old);
      forceFolder(folder.getParent());
    } catch (IOException e) {
      throw failure(target, e);
    } finally {
      deleteQuietly(temporary);
    }
    deleteQuietly(old);
  }

  /** Writes all that remains in {@code buffer}; one call of a channel may write only a part. */
  public static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static void replaceFolder(Path temporary, Path folder, Path old) throws IOException {
    boolean replaces = Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
    if (replaces) {
      Files.move(folder, old, StandardCopyOption.ATOMIC_MOVE);
    }
    try {
      Files.move(temporary, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (replaces) {
        Files.move(old, folder, StandardCopyOption.ATOMIC_MOVE);
      }
      throw e;
    }
  }

  // Not Files.createTempFile: that one makes files that only their owner can read.
  private static Path sibling(Path file, String suffix) {
    if (file.getFileName() == null) {
      throw new IllegalArgumentException("not a file or folder that can be replaced: " + file);
    }
    long unique = ThreadLocalRandom.current().nextLong();
    return file.resolveSibling(".%s.%016x.%s".formatted(file.getFileName(), unique, suffix));
  }

  /** Makes a folder and those above it, as far as they are missing; it may be a link to one. */
  public static void createFolders(Path folder) throws IOException {
    // createDirectories refuses a link to a folder (JDK-8294193), so it is asked only when needed.
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
    }
  }

  private static void forceTree(Path folder) throws IOException {
    try (var paths = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        if (Files.isDirectory(path)) {
          forceFolder(path);
        } else {
          try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.force(true);
          }
        }
      }
    }
  }

  private static void forceFolder(Path folder) {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Not every system opens folders (Windows does not); there the rename alone must do.
    }
  }

  private static UncheckedIOException failure(Path target, IOException cause) {
    String message = "cannot write " + target + ": " + reason(cause);
    Path existing = target.toAbsolutePath();
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    try {
      if (existing != null) {
        long free = Files.getFileStore(existing).getUsableSpace() >> 20;
        message += " (" + free + " MiB are free there)";
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    return new UncheckedIOException(message + "; what stood there before is unchanged", cause);
  }

  private static String reason(IOException failure) {
    IOException e = failure;
    // That of a writer of pictures, say, tells only that it failed.
    while (e.getCause() instanceof IOException cause) {
      e = cause;
    }
    String text = String.valueOf(e.getMessage());
    if (text.contains("No space left") || text.contains("not enough space")) {
      return "the disk is full";
    }
    if (text.contains("quota")) {
      return "the disk quota is used up";
    }
    // The subclasses of FileSystemException carry the kind of trouble only in their name.
    return e.getClass() == IOException.class ? text : e.getClass().getSimpleName() + ": " + text;
  }

  /** Deletes a file or a folder with all that is in it, as far as that is possible. */
  public static void deleteQuietly(Path path) {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (var paths = Files.walk(path)) {
      for (Path each : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(each);
      }
    } catch (IOException | UncheckedIOException e) {
      // A hidden leftover is harmless, and must not hide the failure that led here.
    }
  }
}
