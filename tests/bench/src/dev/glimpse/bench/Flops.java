package dev.glimpse.bench;

/** Counts arithmetic: a multiplication and an addition are two operations. */
final class Flops {
  private Flops() {}

  /** Of {@code [m, k] x [k, n]}. */
  static long product(long m, long k, long n) {
    return 2 * m * k * n;
  }
}
