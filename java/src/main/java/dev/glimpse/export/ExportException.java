package dev.glimpse.export;

/** A function that cannot be exported as was asked; the message says why. */
public final class ExportException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ExportException(String message) {
    super(message);
  }
}
