package dev.glimpse.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class CorrelationTest {
  @Test
  void ofLinesIsOneOrMinusOne() {
    double[] a = {1, 2, 4, 9};
    assertEquals(1, Correlation.pearson(a, new double[] {-7, -5, -1, 9}), 1e-15);
    assertEquals(-1, Correlation.pearson(a, new double[] {-1, -2, -4, -9}), 1e-15);
  }

  @Test
  void matchesValuesByHand() {
    double[] a = {-1, 0, 1};
    assertEquals(0, Correlation.pearson(a, new double[] {1, 0, 1}), 1e-15);
    assertEquals(
        1.5 / Math.sqrt(2 * 1.5), Correlation.pearson(a, new double[] {0, 1.5, 1.5}), 1e-15);
  }

  @Test
  void isUndefinedWhereNothingVaries() {
    double[] a = {1, 2, 3};
    assertEquals(Double.NaN, Correlation.pearson(a, new double[] {5, 5, 5}));
    assertThrows(IllegalArgumentException.class, () -> Correlation.pearson(a, new double[2]));
    double[] one = {1};
    assertThrows(IllegalArgumentException.class, () -> Correlation.pearson(one, one));
  }
}
