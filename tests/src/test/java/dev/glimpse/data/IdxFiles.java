package dev.glimpse.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Makes IDX files for tests. */
public final class IdxFiles {
  private IdxFiles() {}

  /** {@code count} images of {@code height} x {@code width}; value {@code k} of all is byte k. */
  public static byte[] images(int count, int height, int width) {
    var file = ByteBuffer.allocate(16 + count * height * width);
    file.putInt(IdxReader.IMAGES).putInt(count).putInt(height).putInt(width);
    for (int i = 0; file.hasRemaining(); i++) {
      file.put((byte) i);
    }
    return file.array();
  }

  /** Labels 0, 1, ..., classes - 1, 0, ... */
  public static byte[] labels(int count, int classes) {
    var file = ByteBuffer.allocate(8 + count);
    file.putInt(IdxReader.LABELS).putInt(count);
    for (int i = 0; i < count; i++) {
      file.put((byte) (i % classes));
    }
    return file.array();
  }

  public static byte[] gzip(byte[] bytes) {
    var packed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return packed.toByteArray();
  }

  public static Path write(Path folder, String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }
}
