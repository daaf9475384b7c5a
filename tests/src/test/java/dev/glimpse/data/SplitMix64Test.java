package dev.glimpse.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SplitMix64Test {
  @Test
  void matchesThePublishedSequence() {
    assertEquals(6457827717110365317L, SplitMix64.at(1234567, 0));
    assertEquals(3203168211198807973L, SplitMix64.at(1234567, 1));
    assertEquals(Long.parseUnsignedLong("9817491932198370423"), SplitMix64.at(1234567, 2));
  }

  @Test
  void aStreamIsItsCounters() {
    var random = new SplitMix64().reset(5, 7);
    long key = SplitMix64.key(5, 7);
    for (int i = 0; i < 10; i++) {
      assertEquals(SplitMix64.at(key, i), random.nextLong());
    }
    assertNotEquals(SplitMix64.key(5, 8), key);
    assertNotEquals(SplitMix64.key(6, 7), key);
  }

  @Test
  void bellHasMeanZeroAndVarianceOne() {
    var random = new SplitMix64().reset(1, 0);
    int n = 100_000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      float value = random.nextBell();
      assertTrue(Math.abs(value) < 3.5f);
      sum += value;
      squares += value * value;
    }
    assertEquals(0, sum / n, 0.015);
    assertEquals(1, squares / n, 0.015);
  }

  @Test
  void integersAreUniform() {
    var random = new SplitMix64().reset(2, 0);
    int[] counts = new int[7];
    for (int i = 0; i < 70_000; i++) {
      counts[random.nextInt(7)]++;
    }
    for (int count : counts) {
      assertEquals(10_000, count, 400);
    }
  }
}
