package dev.glimpse.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Files of lines that are only ever appended to. */
public final class LineFile {
  private LineFile() {}

  /** Appends a line, and not to one that a crash cut off. */
  public static void append(Path file, String line) throws IOException {
    Files.writeString(
        file,
        (endsWithLine(file) ? "" : "\n") + line + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private static boolean endsWithLine(Path file) throws IOException {
    if (!Files.exists(file)) {
      return true;
    }
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var last = ByteBuffer.allocate(1);
      return channel.size() == 0
          || channel.read(last, channel.size() - 1) == 1 && last.get(0) == '\n';
    }
  }
}
