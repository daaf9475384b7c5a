package dev.glimpse.device;

/** Trouble with a device: a missing driver, a kernel that does not compile, memory that ran out. */
public final class DeviceException extends RuntimeException implements UserError {
  private static final long serialVersionUID = 1L;

  private final String code;

  /**
   * @param code the symbolic error code, for example {@code CL_MEM_OBJECT_ALLOCATION_FAILURE}
   * @param message what failed and what to do next
   */
  public DeviceException(String code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public DeviceException(String code, String message) {
    this(code, message, null);
  }

  /** The symbolic error code. */
  public String code() {
    return code;
  }
}
