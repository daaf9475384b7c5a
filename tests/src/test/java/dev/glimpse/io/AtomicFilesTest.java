package dev.glimpse.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.IIOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
  @TempDir Path folder;

  @Test
  void writesAndReplacesAFile() throws IOException {
    Path file = folder.resolve("a/b/file.txt");
    AtomicFiles.writeText(file, "first");
    AtomicFiles.writeText(file, "zweite Fassung, größer");
    assertEquals("zweite Fassung, größer", Files.readString(file));
    assertEquals(List.of("file.txt"), names(file.getParent()));
  }

  @Test
  void theOldFileStandsUntilTheNewOneIsWhole() throws IOException {
    Path file = folder.resolve("file");
    AtomicFiles.writeText(file, "old");
    AtomicFiles.writeFile(
        file,
        channel -> {
          AtomicFiles.writeFully(channel, ByteBuffer.wrap(new byte[100]));
          assertEquals("old", Files.readString(file));
        });
    assertEquals(100, Files.size(file));
  }

  /** What is said of a failure in the midst of a file. */
  private static String refused(Path file, IOException failure) {
    var error =
        assertThrows(
            UncheckedIOException.class,
            () ->
                AtomicFiles.writeFile(
                    file,
                    channel -> {
                      AtomicFiles.writeFully(channel, ByteBuffer.wrap(new byte[100]));
                      throw failure;
                    }));
    return error.getMessage();
  }

  @Test
  void aFailureLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = folder.resolve("file");
    AtomicFiles.writeText(file, "old");
    String message = refused(file, new IOException("No space left on device"));
    assertTrue(message.startsWith("cannot write " + file + ": the disk is full ("), message);
    assertTrue(message.endsWith("MiB are free there); what stood there before is unchanged"));
    assertEquals("old", Files.readString(file));
    assertEquals(List.of("file"), names(folder));
  }

  /** With the rights of root, a rename would put a file in the place of /dev/null. */
  @Test
  void onlyOrdinaryFilesAreReplaced() throws IOException, InterruptedException {
    Path file = folder.resolve("file");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    AtomicFiles.writeText(link, "dangling");
    AtomicFiles.writeText(file, "old");
    Files.delete(link);
    Files.createSymbolicLink(link, file);
    AtomicFiles.writeText(link, "new");
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("new", Files.readString(file));

    Path pipe = folder.resolve("pipe");
    assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
    for (Path other : List.of(pipe, folder)) {
      var refused =
          assertThrows(UncheckedIOException.class, () -> AtomicFiles.writeText(other, "text"));
      assertTrue(refused.getMessage().contains(": it is "), refused.getMessage());
      assertFalse(Files.isRegularFile(other));
    }
  }

  @Test
  void theReasonIsThatOfTheCause() {
    Path file = folder.resolve("file");
    for (String reason : List.of("No space left on device", "Input/output error")) {
      var vague = new IIOException("I/O error writing!", new IOException(reason));
      String message = refused(file, vague);
      String told = reason.startsWith("No") ? "the disk is full" : reason;
      assertTrue(message.startsWith("cannot write " + file + ": " + told + " ("), message);
    }
  }

  @Test
  void anUncheckedExceptionPassesThrough() throws IOException {
    var trouble = new IllegalStateException("device lost");
    var error =
        assertThrows(
            IllegalStateException.class,
            () ->
                AtomicFiles.writeFile(
                    folder.resolve("file"),
                    channel -> {
                      throw trouble;
                    }));
    assertSame(trouble, error);
    assertEquals(List.of(), names(folder));
  }

  @Test
  void aFileInTheWayOfAFolderIsSaid() throws IOException {
    Files.writeString(folder.resolve("file"), "");
    Path inside = folder.resolve("file/inside");
    var error =
        assertThrows(UncheckedIOException.class, () -> AtomicFiles.writeText(inside, "text"));
    assertTrue(error.getMessage().startsWith("cannot write " + inside + ": "), error.getMessage());
  }

  @Test
  void aParentMayBeALink() throws IOException {
    Path real = Files.createDirectory(folder.resolve("real"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    AtomicFiles.writeText(link.resolve("file"), "text");
    assertEquals("text", Files.readString(real.resolve("file")));
  }

  @Test
  void writesAndReplacesAFolder() throws IOException {
    Path bundle = folder.resolve("out/bundle");
    for (String content : List.of("one", "two")) {
      AtomicFiles.writeFolder(
          bundle,
          temporary -> {
            Files.writeString(temporary.resolve(content), content);
            Files.createDirectory(temporary.resolve("kernels"));
            Files.writeString(temporary.resolve("kernels/k.cl"), content);
          });
      assertEquals(List.of("kernels", content), names(bundle));
      assertEquals(content, Files.readString(bundle.resolve("kernels/k.cl")));
    }
    assertEquals(List.of("bundle"), names(bundle.getParent()));
  }

  @Test
  void aFailureLeavesTheOldFolderAndNothingElse() throws IOException {
    Path bundle = folder.resolve("bundle");
    AtomicFiles.writeFolder(bundle, temporary -> Files.writeString(temporary.resolve("a"), "a"));
    assertThrows(
        UncheckedIOException.class,
        () ->
            AtomicFiles.writeFolder(
                bundle,
                temporary -> {
                  Files.writeString(temporary.resolve("b"), "b");
                  throw new IOException("Disk quota exceeded");
                }));
    assertEquals(List.of("a"), names(bundle));
    assertEquals(List.of("bundle"), names(folder));
    assertFalse(Files.exists(bundle.resolve("b")));
  }

  private static List<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
