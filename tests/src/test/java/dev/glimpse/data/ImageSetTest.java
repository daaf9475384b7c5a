package dev.glimpse.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ImageSetTest {
  private static ImageSet ramp(int images) {
    byte[] pixels = new byte[images * 2 * 3];
    int[] labels = new int[images];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) i;
    }
    for (int i = 0; i < images; i++) {
      labels[i] = i % 4;
    }
    return new ImageSet("ramp", 2, 3, 1, pixels, labels, 4);
  }

  @Test
  void knowsItsSizes() {
    ImageSet set = ramp(5);
    assertEquals(5, set.size());
    assertEquals(6, set.pixelsPerImage());
    assertEquals(4, set.classes());
    assertEquals(3, set.label(3));
    assertEquals(6 * 2 + 1, set.pixel(2, 1));
    assertEquals("ramp: 5 images of 2 x 3 x 1, 4 classes", set.toString());
  }

  @Test
  void copiesPixelsAsExactFractions() {
    byte[] all = new byte[256];
    for (int i = 0; i < 256; i++) {
      all[i] = (byte) i;
    }
    var into = FloatBuffer.allocate(300);
    into.position(10);
    new ImageSet("all", 16, 16, 1, all).copyPixels(0, into);
    assertEquals(266, into.position());
    for (int i = 0; i < 256; i++) {
      assertEquals(i / 255f, into.get(10 + i));
    }
  }

  @Test
  void subsetsAreViews() {
    ImageSet part = ramp(10).subset(3, 8).subset(1, 3);
    assertEquals(2, part.size());
    assertEquals(4 * 6, part.pixel(0, 0));
    assertEquals(4 % 4, part.label(0));
    assertEquals(5 % 4, part.label(1));
    assertThrows(IndexOutOfBoundsException.class, () -> part.label(2));
    assertThrows(IndexOutOfBoundsException.class, () -> part.pixel(0, 6));
    assertThrows(IndexOutOfBoundsException.class, () -> part.subset(0, 3));
    assertEquals(10, ramp(10).first(99).size());
    assertEquals(4, ramp(10).first(4).size());
  }

  @Test
  void binarisedKeepsBlackAndWhiteAndTheMean() {
    byte[] pixels = new byte[256 * 2000];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) i;
    }
    ImageSet binary = new ImageSet("grey", 16, 16, 1, pixels).binarised(3);
    for (int value = 0; value < 256; value++) {
      int ones = 0;
      for (int i = 0; i < 2000; i++) {
        int drawn = binary.pixel(i, value);
        assertTrue(drawn == 0 || drawn == 255);
        ones += drawn / 255;
      }
      double p = value / 255.0;
      assertEquals(p, ones / 2000.0, 5 * Math.sqrt(p * (1 - p) / 2000) + 1e-9, "grey " + value);
    }
  }

  @Test
  void binarisedDependsOnTheSeedAlone() {
    ImageSet set = ramp(40).subset(10, 30);
    assertArrayEquals(bytes(set.binarised(1)), bytes(set.binarised(1)));
    assertFalse(Arrays.equals(bytes(set.binarised(1)), bytes(set.binarised(2))));
    assertEquals(set.label(7), set.binarised(1).label(7));
    // The value that every machine must find.
    assertEquals(-769930457, Arrays.hashCode(bytes(set.binarised(1))));
  }

  @Test
  void selectsInAnyOrder() {
    ImageSet set = ramp(40).subset(10, 30);
    ImageSet selected = set.select(7, 0, 7);
    assertEquals(3, selected.size());
    for (int i = 0; i < 3; i++) {
      int place = i == 1 ? 0 : 7;
      assertEquals(set.label(place), selected.label(i));
      assertEquals(set.pixel(place, 1), selected.pixel(i, 1));
    }
    assertThrows(IndexOutOfBoundsException.class, () -> set.select(20));
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThrows(DataException.class, () -> new ImageSet("x", 2, 2, 1, new byte[7]));
    assertThrows(DataException.class, () -> new ImageSet("x", 0, 2, 1, new byte[0]));
    assertThrows(
        DataException.class, () -> new ImageSet("x", 1, 1, 1, new byte[2], new int[] {0}, 2));
    var error =
        assertThrows(
            DataException.class,
            () -> new ImageSet("x", 1, 1, 1, new byte[2], new int[] {0, 2}, 2));
    assertEquals("x: label 2 of image 1 is outside 0..1", error.getMessage());
    assertThrows(DataException.class, () -> new ImageSet("x", 1, 1, 1, new byte[1]).label(0));
  }

  static byte[] bytes(ImageSet set) {
    byte[] all = new byte[set.size() * set.pixelsPerImage()];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) set.pixel(i / set.pixelsPerImage(), i % set.pixelsPerImage());
    }
    return all;
  }

  @Test
  void aBalancedSubsetHasAsManyOfEachClass() {
    ImageSet set = ramp(40);
    ImageSet chosen = set.balanced(10, 3);
    int[] counts = new int[4];
    for (int i = 0; i < 10; i++) {
      counts[chosen.label(i)]++;
    }
    assertArrayEquals(new int[] {3, 3, 2, 2}, counts);
    assertArrayEquals(firstPixels(chosen), firstPixels(set.balanced(10, 3)));
    assertFalse(Arrays.equals(firstPixels(chosen), firstPixels(set.balanced(10, 4))));
    assertEquals(10, Arrays.stream(firstPixels(chosen)).distinct().count());
  }

  private static int[] firstPixels(ImageSet set) {
    return IntStream.range(0, set.size()).map(i -> set.pixel(i, 0)).toArray();
  }

  @Test
  void aBalancedSubsetNeedsEnoughOfEachClass() {
    String few = assertThrows(DataException.class, () -> ramp(40).balanced(3, 1)).getMessage();
    assertEquals("3 labelled images are fewer than the 4 classes of ramp", few);
    String many = assertThrows(DataException.class, () -> ramp(6).balanced(8, 1)).getMessage();
    assertEquals("ramp has too few images of some class for 8 with as many of each", many);
    var bare = new ImageSet("bare", 1, 1, 1, new byte[9]);
    assertThrows(DataException.class, () -> bare.balanced(4, 1));
  }
}
