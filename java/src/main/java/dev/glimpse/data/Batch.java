package dev.glimpse.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * One batch of {@link Batches}, recycled: its content is valid until the second {@link
 * Batches#next} after the one that returned it.
 */
public final class Batch {
  private final ByteBuffer images;
  private final ByteBuffer labels;
  final FloatBuffer imageValues;
  final FloatBuffer labelValues;
  long epoch;
  int index;
  int count;

  Batch(int batchSize, int pixelsPerImage, int classes) {
    images = direct((long) batchSize * pixelsPerImage);
    imageValues = images.asFloatBuffer();
    labels = classes == 0 ? null : direct((long) batchSize * classes);
    labelValues = classes == 0 ? null : labels.asFloatBuffer();
  }

  private static ByteBuffer direct(long floats) {
    if (floats > Integer.MAX_VALUE / Float.BYTES) {
      throw new DataException("a batch of " + floats + " numbers is too large; make it smaller");
    }
    return ByteBuffer.allocateDirect((int) floats * Float.BYTES).order(ByteOrder.nativeOrder());
  }

  /** {@code [B, H, W, C]} as float32 in [0, 1], direct, native order, position 0. */
  public ByteBuffer images() {
    return images;
  }

  /** {@code [B, classes]} one-hot as float32, direct, native order; null without labels. */
  public ByteBuffer labels() {
    return labels;
  }

  /** The epoch, from 0. */
  public long epoch() {
    return epoch;
  }

  /** The batch's place in its epoch, from 0. */
  public int index() {
    return index;
  }

  /** How many images are real; the rest, in the last batch of an evaluation, repeat the last. */
  public int count() {
    return count;
  }

  /** Undoes what a reader may have done to positions and limits. */
  void rewind() {
    images.clear();
    imageValues.clear();
    if (labels != null) {
      labels.clear();
      labelValues.clear();
    }
  }
}
