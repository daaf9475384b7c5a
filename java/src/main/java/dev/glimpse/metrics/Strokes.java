package dev.glimpse.metrics;

/**
 * The style of a written digit, bright on dark.
 *
 * @param slant mu11 / mu02 of the image's central moments, with y downwards: the columns that a
 *     stroke moves to the right from one row to the next, as deskewing by a shear takes it (LeCun
 *     et al. 1998, section III.A). 0 is upright; a digit that leans to the right has a negative
 *     slant.
 * @param width of the pen, in pixels: that of the ribbon with the image's area A and perimeter P,
 *     {@code A = length * width} and {@code P / 2 = length + width} (fibre width, Russ, "The Image
 *     Processing Handbook"). Of a grey image, A is the sum of the pixels and P its total variation,
 *     so that edges count by their grey and nothing is thresholded. Below two pixels, strokes count
 *     as wider than they are: pixels smear them.
 */
public record Strokes(double slant, double width) {

  /**
   * Measures one of many images.
   *
   * @param images {@code [N, height, width]} in [0, 1], grey
   * @param image which of them
   * @throws MetricException if the image has no ink, or ink in one row only
   */
  public static Strokes of(float[] images, int image, int height, int width) {
    Extent.check("images", images.length, image + 1, height * width);
    int from = image * height * width;
    double area = 0;
    double sumX = 0;
    double sumY = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double ink = images[from + y * width + x];
        area += ink;
        sumX += ink * x;
        sumY += ink * y;
      }
    }
    double centreX = sumX / area;
    double centreY = sumY / area;
    double mu11 = 0;
    double mu02 = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double ink = images[from + y * width + x];
        mu11 += ink * (x - centreX) * (y - centreY);
        mu02 += ink * (y - centreY) * (y - centreY);
      }
    }
    if (!(area > 0 && mu02 > 0)) {
      throw new MetricException("image %d has no strokes to measure".formatted(image));
    }
    return new Strokes(mu11 / mu02, ribbonWidth(area, perimeter(images, from, height, width)));
  }

  /**
   * The smaller root of w^2 - w P / 2 + A; of an image rounder than any ribbon, that of a square.
   */
  private static double ribbonWidth(double area, double perimeter) {
    double half = perimeter / 2;
    return (half - Math.sqrt(Math.max(0, half * half - 4 * area))) / 2;
  }

  /**
   * Total variation: the length of the gradient, between every four neighbouring pixels, summed.
   * That place makes it exact for edges along the axes and for diagonals of pixels.
   */
  private static double perimeter(float[] images, int from, int height, int width) {
    double sum = 0;
    for (int y = 0; y <= height; y++) {
      for (int x = 0; x <= width; x++) {
        double topLeft = ink(images, from, height, width, y - 1, x - 1);
        double topRight = ink(images, from, height, width, y - 1, x);
        double bottomLeft = ink(images, from, height, width, y, x - 1);
        double bottomRight = ink(images, from, height, width, y, x);
        double alongX = topRight - topLeft + bottomRight - bottomLeft;
        double alongY = bottomLeft - topLeft + bottomRight - topRight;
        sum += Math.sqrt(alongX * alongX + alongY * alongY) / 2;
      }
    }
    return sum;
  }

  /** A pixel; what lies outside is dark. */
  private static double ink(float[] images, int from, int height, int width, int y, int x) {
    boolean inside = y >= 0 && y < height && x >= 0 && x < width;
    return inside ? images[from + y * width + x] : 0;
  }
}
