package dev.glimpse.device;

/** A place in a device's queue that the host can wait for; reusable. */
public interface Fence extends AutoCloseable {
  /** Marks the end of everything enqueued so far. An earlier mark is forgotten. */
  void signal();

  /** Waits until the device has passed the mark; returns at once where there is none. */
  void await();

  @Override
  void close();
}
