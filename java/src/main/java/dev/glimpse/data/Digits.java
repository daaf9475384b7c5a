package dev.glimpse.data;

import java.util.stream.IntStream;

/**
 * Handwriting-like digits without any data: 28 x 28 grey images of ten classes in the manner of
 * MNIST, drawn with a simulated pen. Every image takes one of several ways to write its digit,
 * moves the points that the pen passes, bends, slants and turns the whole, and draws it with a
 * stroke whose width varies; it is then scaled into a box of about 20 x 20 and centred by its mass.
 *
 * <p>Image {@code i} depends on the seed and {@code i} alone, on every machine: sets of one seed
 * and different size begin alike. Each ten images from a multiple of ten on hold every digit once.
 */
public final class Digits {
  static final int SIDE = 28;
  static final int CLASSES = 10;

  private static final int CHUNK = 256;

  /** Keeps the stream of the labels apart from those of the images, which are 0, 1, 2, ... */
  private static final long LABEL_STREAM = Long.MIN_VALUE;

  private Digits() {}

  /** Draws {@code count} images, in parallel. */
  public static ImageSet generate(int count, long seed) {
    byte[] pixels = new byte[Math.multiplyExact(count, SIDE * SIDE)];
    int[] labels = new int[count];
    IntStream.range(0, (count + CHUNK - 1) / CHUNK)
        .parallel()
        .forEach(
            chunk -> {
              int from = chunk * CHUNK;
              draw(from, Math.min(count, from + CHUNK), seed, pixels, labels);
            });
    return new ImageSet("digits", SIDE, SIDE, 1, pixels, labels, CLASSES);
  }

  private static void draw(int from, int to, long seed, byte[] pixels, int[] labels) {
    var random = new SplitMix64();
    var pen = new DigitPen();
    var canvas = new InkCanvas(SIDE);
    int[] digits = new int[CLASSES];
    for (int i = from; i < to; i++) {
      if (i == from || i % CLASSES == 0) {
        shuffle(digits, random.reset(seed, LABEL_STREAM + i / CLASSES));
      }
      labels[i] = digits[i % CLASSES];
      pen.write(labels[i], random.reset(seed, i), canvas);
      canvas.copyTo(pixels, i * SIDE * SIDE);
    }
  }

  private static void shuffle(int[] digits, SplitMix64 random) {
    for (int i = 0; i < digits.length; i++) {
      int j = random.nextInt(i + 1);
      digits[i] = digits[j];
      digits[j] = i;
    }
  }
}
