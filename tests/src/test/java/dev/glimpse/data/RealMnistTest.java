package dev.glimpse.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RealMnistTest {
  @Test
  void hasItsPublishedSizesAndLabels() {
    Splits mnist = IdxReader.readFolder(RealMnist.folder());
    assertEquals("mnist train: 55000 images of 28 x 28 x 1, 10 classes", mnist.train().toString());
    assertEquals(5000, mnist.validation().size());
    assertEquals(10000, mnist.test().size());
    int[] first = new int[10];
    int[] counts = new int[10];
    for (int i = 0; i < 10000; i++) {
      counts[mnist.test().label(i)]++;
    }
    for (int i = 0; i < 10; i++) {
      first[i] = mnist.test().label(i);
    }
    assertArrayEquals(new int[] {7, 2, 1, 0, 4, 1, 4, 9, 5, 9}, first);
    assertArrayEquals(new int[] {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, counts);
    assertEquals(8, mnist.validation().label(4999));
  }
}
