package dev.glimpse.bench;

import java.util.Arrays;

/** How long runs took. */
record Times(double median, double min) {
  /** Of durations in nanoseconds; the results are in milliseconds. */
  static Times of(long[] nanoseconds) {
    long[] sorted = nanoseconds.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0;
    return new Times(median / 1e6, sorted[0] / 1e6);
  }
}
