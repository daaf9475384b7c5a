package dev.glimpse.device;

/** A copy between host and device with its arguments bound. */
@FunctionalInterface
public interface Transfer {
  /** Enqueues the copy and returns at once. */
  void run();
}
