package dev.glimpse.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.glimpse.device.DeviceOptions.Precision;
import java.util.Arrays;

/**
 * How far a single-precision result may be from the reference.
 *
 * @param meanSquare of all errors together, divided by that of the reference
 * @param absolute the error of any element, divided by the root mean square of the reference
 * @param relative the error of an element, divided by that element, on top
 */
public record Closeness(double meanSquare, double absolute, double relative) {
  public static final Closeness SINGLE = new Closeness(1e-10, 4e-6, 1e-5);

  /** Of what is computed from operands that were rounded to a precision. */
  static Closeness of(Precision precision) {
    return switch (precision) {
      case FP32 -> SINGLE;
      case TF32 -> new Closeness(1e-5, 1e-2, 1e-2);
      case BF16 -> new Closeness(1e-3, 8e-2, 8e-2);
    };
  }

  public void check(String what, double[] expected, double[] actual) {
    assertEquals(expected.length, actual.length, what);
    double size = meanSquare(expected);
    double[] errors = new double[expected.length];
    for (int i = 0; i < expected.length; i++) {
      errors[i] = actual[i] - expected[i];
      double limit = absolute * Math.sqrt(size) + relative * Math.abs(expected[i]);
      if (!(Math.abs(errors[i]) <= limit)) {
        fail("%s: element %d is %s, not %s".formatted(what, i, actual[i], expected[i]));
      }
    }
    if (meanSquare(errors) > meanSquare * size) {
      fail("%s: normalised mean square error %.3g".formatted(what, meanSquare(errors) / size));
    }
  }

  private static double meanSquare(double[] values) {
    return Arrays.stream(values).map(v -> v * v).average().orElse(0);
  }
}
