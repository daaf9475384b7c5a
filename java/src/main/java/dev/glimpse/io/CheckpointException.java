package dev.glimpse.io;

import dev.glimpse.device.UserError;
import java.nio.file.Path;

/** A file of tensors cannot be read: it is missing, damaged, or not what was asked for. */
public class CheckpointException extends RuntimeException implements UserError {
  private static final long serialVersionUID = 1L;

  /**
   * @param file the file in question
   * @param problem what was expected and what was found
   * @param remedy what to do next, as a sentence without a full stop
   */
  public CheckpointException(Path file, String problem, String remedy) {
    this(file, problem, remedy, null);
  }

  /** As above, with the exception that revealed the problem. */
  public CheckpointException(Path file, String problem, String remedy, Throwable cause) {
    // What a file holds, such as a name, may hold anything, such as ends of lines.
    super(
        (file + ": " + problem + "; " + remedy)
            .replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", "?"),
        cause);
  }
}
