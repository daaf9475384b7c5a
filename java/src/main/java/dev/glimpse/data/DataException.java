package dev.glimpse.data;

import dev.glimpse.device.UserError;
import java.nio.file.Path;

/** Data is missing, damaged or not of the kind that was asked for; the message says what to do. */
public class DataException extends RuntimeException implements UserError {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }

  /** A file that is not what it should be, at {@code offset} bytes from its (unpacked) start. */
  public DataException(Path file, long offset, String expected, String found) {
    super("%s: at byte %d: expected %s, found %s".formatted(file, offset, expected, found));
  }
}
