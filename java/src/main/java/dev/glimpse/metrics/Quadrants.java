package dev.glimpse.metrics;

/**
 * The parts of an image that are given in image completion, after Sohn et al. 2015 (section 5.1)
 * with the places of Pyro's CVAE example: 1 is the quadrant at the bottom left, 2 is the left half,
 * 3 is all but the quadrant at the bottom right.
 */
public final class Quadrants {
  private Quadrants() {}

  /**
   * {@code [height, width]}, true where a pixel is given; the rest is to be completed.
   *
   * @param quadrants 1, 2 or 3
   */
  public static boolean[] given(int quadrants, int height, int width) {
    if (quadrants < 1 || quadrants > 3) {
      throw new IllegalArgumentException("1, 2 or 3 quadrants can be given, not " + quadrants);
    }
    boolean[] given = new boolean[height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean left = x < width / 2;
        boolean top = y < height / 2;
        given[y * width + x] =
            switch (quadrants) {
              case 1 -> left && !top;
              case 2 -> left;
              default -> left || top;
            };
      }
    }
    return given;
  }
}
