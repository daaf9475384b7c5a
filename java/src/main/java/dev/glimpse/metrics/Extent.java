package dev.glimpse.metrics;

/** Whether an array holds what its caller says it does. */
final class Extent {
  private Extent() {}

  /**
   * Checks that there are {@code count} rows of {@code each} numbers.
   *
   * @throws IllegalArgumentException if there are fewer, or {@code count} is negative
   */
  static void check(String what, int length, int count, int each) {
    if (count < 0 || length < (long) count * each) {
      throw new IllegalArgumentException(
          "%s: %d rows of %d expected, the array holds %d".formatted(what, count, each, length));
    }
  }

  /**
   * Checks a label.
   *
   * @throws IllegalArgumentException if it is outside 0..classes-1
   */
  static void checkLabel(int label, int classes) {
    if (label < 0 || label >= classes) {
      throw new IllegalArgumentException("label %d is outside 0..%d".formatted(label, classes - 1));
    }
  }
}
