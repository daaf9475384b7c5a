package dev.glimpse.export;

import dev.glimpse.device.UserError;

/** A function that cannot be exported as was asked; the message says why. */
public final class ExportException extends RuntimeException implements UserError {
  private static final long serialVersionUID = 1L;

  public ExportException(String message) {
    super(message);
  }
}
