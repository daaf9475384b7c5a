package dev.glimpse.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DistortionTest {
  private static final int SIZE = 21;

  /** One bright pixel in the middle of the second image, in one of two channels. */
  private final ImageSet images = withPixel(2 * SIZE * SIZE + 2 * (10 * SIZE + 10) + 1);

  private static ImageSet withPixel(int place) {
    byte[] pixels = new byte[2 * SIZE * SIZE * 2];
    pixels[place] = (byte) 255;
    return new ImageSet("pixel", SIZE, SIZE, 2, pixels);
  }

  private float[] changed(Distortion distortion, long seed) {
    var into = FloatBuffer.allocate(SIZE * SIZE * 2);
    distortion.copyPixels(images, 1, new SplitMix64().reset(seed, 0), into);
    assertEquals(0, into.remaining());
    return into.array();
  }

  @Test
  void noneChangesNothing() {
    var same = FloatBuffer.allocate(SIZE * SIZE * 2);
    images.copyPixels(1, same);
    assertArrayEquals(same.array(), changed(Distortion.NONE, 7));
    assertTrue(Distortion.NONE.isNone());
    assertFalse(new Distortion(0, 0, 0, 1).isNone());
  }

  /** Turning and scaling about the middle leave the middle where it is. */
  @ParameterizedTest
  @CsvSource({"3, 0, 0, 0, 4.3", "0, 0, 0, 2, 2.9", "0, 30, 0, 0, 0.1", "0, 0, 0.2, 0, 0.1"})
  void aPixelStaysNearby(double shift, double turn, double scale, double elastic, double far) {
    var distortion = new Distortion(shift, turn, scale, elastic);
    boolean moved = false;
    for (int seed = 0; seed < 20; seed++) {
      float[] image = changed(distortion, seed);
      double mass = 0;
      double y = 0;
      double x = 0;
      for (int p = 0; p < SIZE * SIZE; p++) {
        assertEquals(0, image[2 * p], "the other channel");
        mass += image[2 * p + 1];
        y += image[2 * p + 1] * (p / SIZE - 10);
        x += image[2 * p + 1] * (p % SIZE - 10);
      }
      assertTrue(mass > 0.3 && mass < 3, "brightness " + mass);
      double distance = Math.hypot(y / mass, x / mass);
      assertTrue(distance < far, "distance " + distance);
      moved |= distance > 0.3;
    }
    assertEquals(far > 1, moved);
  }

  @Test
  void theSameNumbersGiveTheSameImage() {
    var distortion = new Distortion(2, 10, 0.1, 1);
    assertArrayEquals(changed(distortion, 3), changed(distortion, 3));
    assertFalse(Arrays.equals(changed(distortion, 3), changed(distortion, 4)));
  }

  @Test
  void anEpochHasItsOwnChanges() {
    var distortion = new Distortion(2, 0, 0, 0);
    try (var once = new Batches(images, 2, 5, distortion);
        var again = new Batches(images, 2, 5, distortion)) {
      again.seek(1, 0);
      float[] first = pixels(once.next());
      float[] second = pixels(once.next());
      assertFalse(Arrays.equals(first, second));
      assertArrayEquals(second, pixels(again.next()));
    }
  }

  @Test
  void theSameImagesMayBeChangedOtherwise() {
    try (var plain = new Batches(images, 2, 5);
        var some = new Batches(images, 2, 5, new Distortion(2, 0, 0, 0));
        var others = new Batches(images, 2, 5, new Distortion(2, 0, 0, 0), 6);
        var unchanged = new Batches(images, 2, 5, Distortion.NONE, 6)) {
      float[] changed = pixels(some.next());
      assertFalse(Arrays.equals(changed, pixels(others.next())));
      assertArrayEquals(pixels(plain.next()), pixels(unchanged.next()), "in the same order");
    }
  }

  private static float[] pixels(Batch batch) {
    float[] values = new float[batch.images().capacity() / Float.BYTES];
    batch.images().asFloatBuffer().get(values);
    return values;
  }
}
