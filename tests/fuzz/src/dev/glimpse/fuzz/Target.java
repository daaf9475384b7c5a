package dev.glimpse.fuzz;

import dev.glimpse.io.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What Jazzer calls with each input. */
public final class Target {
  /** The property that names the reader; without it, an input's first byte chooses one. */
  static final String READER = "glimpse.fuzz.reader";

  private static final String CHOSEN = System.getProperty(READER);
  private static final Path FOLDER = folder();

  private Target() {}

  private static Path folder() {
    try {
      Path folder = Files.createTempDirectory("glimpse-fuzz-");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> AtomicFiles.deleteQuietly(folder)));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads an input; whatever this throws is a finding. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    if (CHOSEN != null) {
      Reader.valueOf(CHOSEN).read(input, FOLDER);
    } else if (input.length > 0) {
      Reader[] all = Reader.values();
      all[(input[0] & 0xff) % all.length].read(Arrays.copyOfRange(input, 1, input.length), FOLDER);
    }
  }

  /** An input for a reader, with what chooses it. */
  static byte[] forAll(Reader reader, byte[] input) {
    byte[] chosen = new byte[1 + input.length];
    chosen[0] = (byte) reader.ordinal();
    System.arraycopy(input, 0, chosen, 1, input.length);
    return chosen;
  }
}
