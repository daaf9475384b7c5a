package dev.glimpse.profile;

import dev.glimpse.device.Launch;

/**
 * What a device can do at best (Williams, Waterman and Patterson, "Roofline: an insightful visual
 * performance model for multicore architectures", CACM 2009).
 *
 * @param flops floating-point operations per second
 * @param bandwidth of global memory, in bytes per second; what stays in caches can be faster
 */
public record Roof(double flops, double bandwidth) {
  public Roof {
    if (!(flops > 0 && bandwidth > 0 && flops < 1e18 && bandwidth < 1e18)) {
      throw new IllegalArgumentException(flops + " FLOP/s and " + bandwidth + " bytes/s");
    }
  }

  /** The least time for some work, in seconds. */
  public double seconds(Launch.Cost cost) {
    return Math.max(cost.flops() / flops, cost.bytes() / bandwidth);
  }
}
