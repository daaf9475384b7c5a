package dev.glimpse.cli.progress;

/** How long something takes, and will take. */
public final class Clock {
  private final long start = System.nanoTime();

  /** Since this was made. */
  public double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  /** The time that is left when a share of the work is done, such as {@code 1:02}; ? after none. */
  String left(double done) {
    return done > 0 ? format(seconds() * (1 - done) / done) : "?";
  }

  /** Minutes and seconds, after hours where there are any. */
  public static String format(double seconds) {
    long whole = Math.round(seconds);
    return whole < 3600
        ? "%d:%02d".formatted(whole / 60, whole % 60)
        : "%d:%02d:%02d".formatted(whole / 3600, whole / 60 % 60, whole % 60);
  }
}
