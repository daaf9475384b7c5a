package dev.glimpse.device;

import java.util.List;

/** A sequence of launches and library calls with their arguments bound. */
public interface Recording extends AutoCloseable {
  /** Enqueues all launches and returns at once. */
  void run();

  /**
   * Runs all launches with event profiling on, and waits.
   *
   * @return one timing per launch, in order
   */
  List<Timing> profile();

  /** What it runs, in order. */
  List<Work> launches();

  @Override
  void close();

  /**
   * When a launch ran, in nanoseconds of the device's clock.
   *
   * @param queued when the host enqueued it
   * @param start when the device began it
   * @param end when the device ended it
   */
  record Timing(long queued, long start, long end) {}
}
