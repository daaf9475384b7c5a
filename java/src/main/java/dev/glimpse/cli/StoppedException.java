package dev.glimpse.cli;

import dev.glimpse.device.UserError;

/** A command that a signal stopped, after all was kept that it takes to go on. */
final class StoppedException extends RuntimeException implements UserError {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  StoppedException(String message, int exitCode) {
    super(message);
    this.exitCode = exitCode;
  }

  /** What a shell expects of a process that the signal ended. */
  int exitCode() {
    return exitCode;
  }
}
