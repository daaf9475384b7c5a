package dev.glimpse.fuzz;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.glimpse.data.DataException;
import dev.glimpse.data.IdxFiles;
import dev.glimpse.data.IdxReader;
import dev.glimpse.io.CheckpointException;
import dev.glimpse.io.Npz;
import dev.glimpse.io.Safetensors;
import dev.glimpse.train.RunFolder;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Files made to fill the memory or to take forever, too large for a fuzzer to come upon. */
class HostileFilesTest {
  private static final int MEBI = 1 << 20;
  private static final Duration SOON = Duration.ofSeconds(20);

  /** MiB: whichever test comes first loads classes, some megabytes; a whole file takes far more. */
  private static final int FIRST_USE = 16;

  @TempDir private Path folder;

  /** Reads that end in an error in time, and take less memory than that altogether. */
  private static <T extends RuntimeException> void assertRefused(
      Class<T> error, String part, int mebibytes, Executable reading) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    T refused = Assertions.assertTimeout(SOON, () -> assertThrows(error, reading));
    long taken = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(refused.getMessage().contains(part), refused::getMessage);
    assertTrue(taken < (long) mebibytes * MEBI, () -> taken + " bytes");
  }

  private Path safetensors(String header, long length) throws IOException {
    Path file = folder.resolve("w.safetensors");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      var prefix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      out.write(prefix.putLong(length).array());
      out.write(header.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  private static String tensors(int count) {
    var header = new StringBuilder("{");
    for (int i = 0; i < count; i++) {
      header
          .append(i == 0 ? "" : ",")
          .append("\"t%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}".formatted(i));
    }
    return header.append('}').toString();
  }

  @Test
  void aMillionTensors() throws IOException {
    String million = tensors(1_000_000);
    Path file = safetensors(million, million.length());
    assertRefused(
        CheckpointException.class, "a header of", FIRST_USE, () -> Safetensors.open(file).close());
    String tenth = tensors(100_001);
    Path shorter = safetensors(tenth, tenth.length());
    assertRefused(
        CheckpointException.class,
        "more than 100000 tensors",
        150,
        () -> Safetensors.open(shorter).close());
  }

  @Test
  void aTensorOfAMillionAxes() throws IOException {
    String header =
        "{\"t\":{\"dtype\":\"U8\",\"shape\":[%s0],\"data_offsets\":[0,0]}}"
            .formatted("1000,".repeat(MEBI));
    Path file = safetensors(header, header.length());
    assertRefused(
        CheckpointException.class, "64 axes", FIRST_USE, () -> Safetensors.open(file).close());
  }

  @Test
  void anArchiveOfManyArrays() throws IOException {
    Path file = folder.resolve("w.npz");
    try (var zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      for (int i = 0; i <= 100_000; i++) {
        zip.putNextEntry(new ZipEntry(i + ".npy"));
        zip.closeEntry();
      }
    }
    assertRefused(
        CheckpointException.class, "more than 100000 arrays", 100, () -> Npz.open(file).close());
  }

  /** Packed zeros shrink to a thousandth. */
  private Path packed(String name, byte[] header, int mebibytes) throws IOException {
    Path file = folder.resolve(name);
    try (var out = new GZIPOutputStream(Files.newOutputStream(file), MEBI)) {
      out.write(header);
      byte[] zeros = new byte[MEBI];
      for (int i = 0; i < mebibytes; i++) {
        out.write(zeros);
      }
    }
    return file;
  }

  private static byte[] idx(int magic, int... sizes) {
    var header = ByteBuffer.allocate(4 + 4 * sizes.length).putInt(magic);
    for (int size : sizes) {
      header.putInt(size);
    }
    return header.array();
  }

  @Test
  void packedImagesLargerThanTheMemory() throws IOException {
    Path labels = IdxFiles.write(folder, "labels", IdxFiles.labels(1, 1));
    long most = Runtime.getRuntime().maxMemory() / 2;
    int side = (int) Math.min(Integer.MAX_VALUE - 8, most + MEBI);
    Path images = packed("images", idx(0x803, 1, 1, side), 0);
    String problem = side > most ? "give it more" : "truncated";
    assertRefused(DataException.class, problem, FIRST_USE, () -> IdxReader.read(images, labels, 1));
    Path many = packed("many", idx(0x801, side), 0);
    Path one = IdxFiles.write(folder, "one", IdxFiles.images(1, 1, 1));
    assertRefused(
        DataException.class, "give it more", FIRST_USE, () -> IdxReader.read(one, many, 1));
  }

  @Test
  void whatFollowsIsNotUnpackedToItsEnd() throws IOException {
    Path labels = IdxFiles.write(folder, "labels", IdxFiles.labels(1, 1));
    Path images = packed("images", IdxFiles.images(1, 2, 2), 256);
    assertRefused(
        DataException.class,
        "at byte 20: expected the end of the file, found at least 65536 more bytes",
        FIRST_USE,
        () -> IdxReader.read(images, labels, 1));
  }

  /** Longer than an array can be; the disk holds nothing of it. */
  @Test
  void aConfigurationOfThreeGigabytes() throws IOException {
    try (var file = new RandomAccessFile(folder.resolve("config.json").toFile(), "rw")) {
      file.setLength(3L << 30);
    }
    assertRefused(CheckpointException.class, "is longer", FIRST_USE, () -> RunFolder.open(folder));
  }
}
