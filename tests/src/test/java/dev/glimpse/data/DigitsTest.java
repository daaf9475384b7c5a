package dev.glimpse.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DigitsTest {
  @Test
  void aSetIsAPrefixOfALargerOne() {
    ImageSet large = Digits.generate(700, 5);
    for (int n : new int[] {0, 1, 7, 255, 256, 257, 699}) {
      ImageSet small = Digits.generate(n, 5);
      assertArrayEquals(ImageSetTest.bytes(large.first(n)), ImageSetTest.bytes(small));
      for (int i = 0; i < n; i++) {
        assertEquals(large.label(i), small.label(i));
      }
    }
  }

  @Test
  void isTheSameOnEveryMachine() {
    assertEquals(-948537965, Arrays.hashCode(ImageSetTest.bytes(Digits.generate(500, 1))));
  }

  @Test
  void seedsDiffer() {
    byte[] a = ImageSetTest.bytes(Digits.generate(10, 1));
    byte[] b = ImageSetTest.bytes(Digits.generate(10, 2));
    assertTrue(Arrays.mismatch(a, b) >= 0);
  }

  @Test
  void everyTenHoldEachDigitOnce() {
    ImageSet digits = Digits.generate(100, 9);
    for (int ten = 0; ten < 100; ten += 10) {
      int seen = 0;
      for (int i = 0; i < 10; i++) {
        seen |= 1 << digits.label(ten + i);
      }
      assertEquals(0x3ff, seen);
    }
  }

  @Test
  void isFramedAndInkedLikeMnist() {
    ImageSet digits = Digits.generate(2000, 3);
    double ink = 0;
    for (int i = 0; i < digits.size(); i++) {
      double mass = 0;
      double x = 0;
      double y = 0;
      int brightest = 0;
      for (int p = 0; p < 784; p++) {
        int value = digits.pixel(i, p);
        boolean border = p < 28 || p >= 27 * 28 || p % 28 == 0 || p % 28 == 27;
        assertTrue(!border || value < 200, "image " + i + " runs out of the page");
        brightest = Math.max(brightest, value);
        mass += value;
        x += value * (p % 28);
        y += value * (p / 28);
      }
      assertTrue(brightest > 200, "image " + i + " is faint");
      assertEquals(13.5, x / mass, 2.0, "image " + i);
      assertEquals(13.5, y / mass, 2.0, "image " + i);
      ink += mass / 255 / 784;
    }
    // MNIST: 0.1307.
    assertEquals(0.131, ink / digits.size(), 0.015);
  }

  @Test
  void classesCanBeToldApart() {
    ImageSet known = Digits.generate(2000, 1);
    ImageSet asked = Digits.generate(200, 2);
    int right = 0;
    for (int i = 0; i < asked.size(); i++) {
      long nearest = Long.MAX_VALUE;
      int label = -1;
      for (int j = 0; j < known.size(); j++) {
        long distance = 0;
        for (int p = 0; p < 784; p++) {
          int d = asked.pixel(i, p) - known.pixel(j, p);
          distance += d * d;
        }
        if (distance < nearest) {
          nearest = distance;
          label = known.label(j);
        }
      }
      right += label == asked.label(i) ? 1 : 0;
    }
    assertTrue(right >= 186, right + " of 200 by the nearest neighbour");
  }
}
