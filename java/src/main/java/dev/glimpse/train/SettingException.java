package dev.glimpse.train;

import dev.glimpse.device.UserError;

/** A setting that does not exist, or a value that does not suit it. */
public final class SettingException extends RuntimeException implements UserError {
  private static final long serialVersionUID = 1L;

  public SettingException(String message) {
    super(message);
  }
}
