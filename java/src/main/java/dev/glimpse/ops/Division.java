package dev.glimpse.ops;

/** Division that rounds up, which is how everything here is cut into pieces. */
final class Division {
  private Division() {}

  /** How many pieces of b hold a: {@code Math.ceilDiv}, which Java 17 does not have. */
  static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }

  static long ceilDiv(long a, long b) {
    return (a + b - 1) / b;
  }

  /** The smallest multiple that is not less than a. */
  static int roundUp(int a, int multiple) {
    return ceilDiv(a, multiple) * multiple;
  }
}
