package dev.glimpse.bench;

import dev.glimpse.device.Device;

/** Work that is timed: a training step, or a single kernel. */
public interface Workload {
  String name();

  /** Floating-point operations of one run, 0 where memory is what counts. */
  default long flops() {
    return 0;
  }

  /** Bytes that one run reads and writes at least, 0 where arithmetic is what counts. */
  default long bytes() {
    return 0;
  }

  /**
   * By how much of a result's largest number a peer's may differ, only because it rounds otherwise.
   */
  default double tolerance() {
    return 1e-4;
  }

  /** Ours, ready to run. */
  Contender ours(Device device);
}
