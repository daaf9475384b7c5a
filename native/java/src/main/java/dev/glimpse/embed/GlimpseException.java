package dev.glimpse.embed;

/** What a call of libglimpse that failed has to say. */
public final class GlimpseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String status;

  GlimpseException(String status, String message) {
    super(message);
    this.status = status;
  }

  /** The status of {@code glimpse.h}, for example {@code GLIMPSE_NO_DEVICE}. */
  public String status() {
    return status;
  }

  /** Throws unless a call went well. */
  static void check(int status) {
    if (status != 0) {
      throw new GlimpseException(
          NativeLibrary.glimpse_status_name(status),
          NativeLibrary.text(NativeLibrary.glimpse_error()));
    }
  }
}
