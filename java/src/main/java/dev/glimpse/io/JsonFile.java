package dev.glimpse.io;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads small files of JSON, such as a run's configuration. */
public final class JsonFile {
  /** Far more than any of them takes; a longer file is something else. */
  private static final int MOST_BYTES = 1 << 24;

  private static final Gson GSON = new Gson();

  private JsonFile() {}

  /**
   * Reads a file.
   *
   * @param remedy what to do when it cannot be read, as a sentence without a full stop
   * @return never null, but fields of which the file says nothing are
   * @throws CheckpointException when it is no JSON of that type
   */
  public static <T> T read(Path file, Class<T> type, String remedy) {
    T value;
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new IOException("it is longer than %d bytes".formatted(MOST_BYTES));
      }
      value = GSON.fromJson(Files.readString(file), type);
    } catch (CharacterCodingException e) {
      throw new CheckpointException(file, "is not UTF-8 text", remedy, e);
    } catch (IOException | JsonParseException | NumberFormatException e) {
      throw new CheckpointException(file, "cannot be read: " + firstLine(e), remedy, e);
    } catch (RuntimeException e) {
      // What the constructors of records throw.
      throw new CheckpointException(file, "is damaged", remedy, e);
    }
    if (value == null) {
      throw new CheckpointException(file, "is empty", remedy);
    }
    return value;
  }

  /** Of what is wrong; further lines of the parser's messages are for programmers. */
  static String firstLine(Exception e) {
    // The parser's own exceptions repeat their cause, with the name of its class in front.
    Throwable told = e.getCause() == null ? e : e.getCause();
    return String.valueOf(told.getMessage()).lines().findFirst().orElse("");
  }
}
