package dev.glimpse.profile;

/**
 * Launches of one step, added up.
 *
 * @param name of the kernel, the layer or the launch
 * @param launches how many in a step
 * @param seconds on the device in a typical step: the sum of each launch's median
 * @param bestSeconds the sum of each launch's least time, which tells how disturbed the others were
 * @param share of the step's time on the device, 0 to 1
 * @param flops needed in a step
 * @param bytes needed in a step, each operand of a launch counted once
 * @param roofSeconds the time that the device's roof allows for them
 */
public record Row(
    String name,
    int launches,
    double seconds,
    double bestSeconds,
    double share,
    long flops,
    long bytes,
    double roofSeconds) {
  /** Billions of floating-point operations per second. */
  public double gflops() {
    return rate(flops) / 1e9;
  }

  /** Billions of bytes per second. */
  public double gbps() {
    return rate(bytes) / 1e9;
  }

  /** How much of the roof is reached: 1 is the best; more is possible out of caches. */
  public double ofRoof() {
    return rate(roofSeconds);
  }

  private double rate(double amount) {
    return seconds > 0 ? amount / seconds : 0;
  }
}
