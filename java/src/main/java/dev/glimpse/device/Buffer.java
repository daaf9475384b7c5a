package dev.glimpse.device;

/**
 * A range of device memory. Closing an allocated buffer frees it; a {@link #slice} shares the
 * memory of the buffer it was cut from and must be closed before that one.
 */
public interface Buffer extends AutoCloseable {
  /** The size in bytes. */
  long bytes();

  /**
   * A view of part of this buffer, as a buffer of its own.
   *
   * @param offset in bytes, a multiple of {@link DeviceInfo#alignment()}
   * @param bytes the view's size
   */
  Buffer slice(long offset, long bytes);

  @Override
  void close();
}
