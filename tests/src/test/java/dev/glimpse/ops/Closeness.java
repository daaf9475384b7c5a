package dev.glimpse.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

/**
 * How far a single-precision result may be from the reference.
 *
 * @param meanSquare of all errors together, divided by that of the reference
 * @param absolute and
 * @param relative the error of one element
 */
public record Closeness(double meanSquare, double absolute, double relative) {
  public static final Closeness SINGLE = new Closeness(1e-12, 4e-6, 1e-5);

  public void check(String what, double[] expected, double[] actual) {
    assertEquals(expected.length, actual.length, what);
    double error = 0;
    double size = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs(actual[i] - expected[i]);
      if (!(difference <= absolute + relative * Math.abs(expected[i]))) {
        fail("%s: element %d is %s, not %s".formatted(what, i, actual[i], expected[i]));
      }
      error += difference * difference;
      size += expected[i] * expected[i];
    }
    if (error > meanSquare * size) {
      fail("%s: normalised mean square error %.3g".formatted(what, error / size));
    }
  }
}
