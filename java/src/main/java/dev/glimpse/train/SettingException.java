package dev.glimpse.train;

/** A setting that does not exist, or a value that does not suit it. */
public final class SettingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SettingException(String message) {
    super(message);
  }
}
