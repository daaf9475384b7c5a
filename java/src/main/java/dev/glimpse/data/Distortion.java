package dev.glimpse.data;

import java.nio.FloatBuffer;

/**
 * Small random changes of an image, by which few images stand for more: it is turned, scaled and
 * shifted, and its points move by a smooth random field (Simard et al., "Best practices for
 * convolutional neural networks", ICDAR 2003, with a coarse grid in place of a filter). What comes
 * from beyond the edge is 0.
 *
 * @param shift the largest shift along each axis, in pixels
 * @param turn the largest angle, in degrees
 * @param scale the largest change of size, as a share
 * @param elastic the largest movement of a point of the grid, in pixels
 */
public record Distortion(double shift, double turn, double scale, double elastic) {
  public static final Distortion NONE = new Distortion(0, 0, 0, 0);

  /** Points of the elastic field along an axis. */
  private static final int GRID = 5;

  public boolean isNone() {
    return equals(NONE);
  }

  /** Puts a changed copy of image {@code i}, scaled to [0, 1], at the position of {@code into}. */
  void copyPixels(ImageSet images, int i, SplitMix64 random, FloatBuffer into) {
    int height = images.height();
    int width = images.width();
    int channels = images.channels();
    double angle = Math.toRadians(symmetric(random, turn));
    double factor = 1 / (1 + symmetric(random, scale));
    double cosine = Math.cos(angle) * factor;
    double sine = Math.sin(angle) * factor;
    double down = symmetric(random, shift);
    double across = symmetric(random, shift);
    float[] downField = field(random);
    float[] acrossField = field(random);
    double middleY = (height - 1) / 2.0;
    double middleX = (width - 1) / 2.0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double gridY = y * (GRID - 1.0) / Math.max(1, height - 1);
        double gridX = x * (GRID - 1.0) / Math.max(1, width - 1);
        double fromY = middleY + cosine * (y - middleY) - sine * (x - middleX) + down;
        double fromX = middleX + sine * (y - middleY) + cosine * (x - middleX) + across;
        if (elastic > 0) {
          fromY += between(downField, gridY, gridX);
          fromX += between(acrossField, gridY, gridX);
        }
        for (int c = 0; c < channels; c++) {
          into.put(pixel(images, i, fromY, fromX, c) / 255f);
        }
      }
    }
  }

  private static double symmetric(SplitMix64 random, double largest) {
    return (2 * random.nextFloat() - 1) * largest;
  }

  private float[] field(SplitMix64 random) {
    float[] points = new float[GRID * GRID];
    if (elastic > 0) {
      for (int p = 0; p < points.length; p++) {
        points[p] = (float) symmetric(random, elastic);
      }
    }
    return points;
  }

  private static double between(float[] points, double y, double x) {
    int top = Math.min((int) y, GRID - 2);
    int left = Math.min((int) x, GRID - 2);
    int at = top * GRID + left;
    return blend(
        y - top, x - left, points[at], points[at + 1], points[at + GRID], points[at + GRID + 1]);
  }

  private static float pixel(ImageSet images, int i, double y, double x, int channel) {
    int top = (int) Math.floor(y);
    int left = (int) Math.floor(x);
    return (float)
        blend(
            y - top,
            x - left,
            inside(images, i, top, left, channel),
            inside(images, i, top, left + 1, channel),
            inside(images, i, top + 1, left, channel),
            inside(images, i, top + 1, left + 1, channel));
  }

  private static int inside(ImageSet images, int i, int y, int x, int channel) {
    boolean inside = y >= 0 && x >= 0 && y < images.height() && x < images.width();
    return inside ? images.pixel(i, (y * images.width() + x) * images.channels() + channel) : 0;
  }

  /** Bilinear interpolation. */
  private static double blend(double y, double x, double a, double b, double c, double d) {
    return (1 - y) * ((1 - x) * a + x * b) + y * ((1 - x) * c + x * d);
  }
}
