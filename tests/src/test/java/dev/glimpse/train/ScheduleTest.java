package dev.glimpse.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final double TOLERANCE = 1e-12;

  @Test
  void constantAndCosineAndExponential() {
    assertEquals(1, Schedule.named("constant", 0).factor(7, 10));
    Schedule cosine = Schedule.named("cosine", 0);
    assertEquals(1, cosine.factor(0, 10), TOLERANCE);
    assertEquals(0.5, cosine.factor(5, 10), TOLERANCE);
    Schedule exponential = Schedule.named("exponential", 0);
    assertEquals(1, exponential.factor(0, 10), TOLERANCE);
    assertEquals(Math.sqrt(0.1), exponential.factor(5, 10), TOLERANCE);
  }

  /** Stage i of the paper has 3^i epochs, so that stage i + 1 begins at (3^(i + 1) - 1) / 2. */
  @Test
  void thirdsHasTheStagesOfThePaper() {
    Schedule thirds = Schedule.named("thirds", 0);
    int[] ends = {1, 4, 13, 40, 121, 364, 1093, 3280};
    int epoch = 0;
    for (int stage = 0; stage < ends.length; stage++) {
      for (; epoch < ends[stage]; epoch++) {
        String message = "epoch " + epoch;
        assertEquals(Math.pow(10, -stage / 7.0), thirds.factor(epoch, 3280), TOLERANCE, message);
      }
    }
  }

  @Test
  void thirdsStretchesOverARun() {
    Schedule thirds = Schedule.named("thirds", 0);
    for (int epoch : new int[] {0, 1, 3, 4, 12, 13, 500, 1092, 1093, 3279}) {
      double expected = thirds.factor(epoch, 3280);
      assertEquals(expected, thirds.factor(2 * epoch, 6560), TOLERANCE);
      assertEquals(expected, thirds.factor(2 * epoch + 1, 6560), TOLERANCE);
    }
    assertEquals(0.1, thirds.factor(99, 100), TOLERANCE);
  }

  @Test
  void warmUpComesFirst() {
    Schedule schedule = Schedule.named("constant", 3);
    double[] expected = {0.25, 0.5, 0.75, 1, 1};
    for (int epoch = 0; epoch < expected.length; epoch++) {
      assertEquals(expected[epoch], schedule.factor(epoch, 10), TOLERANCE);
    }
    Schedule endless = Schedule.named("constant", Integer.MAX_VALUE);
    assertEquals(Math.pow(2, -31), endless.factor(0, 10), TOLERANCE * TOLERANCE);
  }

  @Test
  void anUnknownOneIsRefused() {
    assertThrows(SettingException.class, () -> Schedule.named("steps", 0));
  }
}
