package dev.glimpse.nn;

/**
 * A grid of Gaussian filters on an image of some columns and rows (Gregor et al. 2015, equations 19
 * to 24), in pixels; the centre of the first pixel is 0.
 *
 * @param x the column of the grid's centre
 * @param y its row
 * @param stride the distance of two filters
 * @param deviation the standard deviation of each
 * @param intensity what is read is multiplied by
 */
public record GaussianGrid(double x, double y, double stride, double deviation, double intensity) {
  /** The numbers that place a grid. */
  public static final int PARAMETERS = 5;

  /**
   * The grid that five numbers place: {@code gX, gY, ln variance, ln stride, ln intensity}.
   *
   * @param size the filters of a row and of a column
   */
  public static GaussianGrid of(float[] numbers, int columns, int rows, int size) {
    double unit = size > 1 ? (Math.max(columns, rows) - 1.0) / (size - 1) : 0;
    return new GaussianGrid(
        (columns + 1) / 2.0 * (numbers[0] + 1) - 1,
        (rows + 1) / 2.0 * (numbers[1] + 1) - 1,
        unit * Math.exp(numbers[3]),
        Math.exp(numbers[2] / 2.0),
        Math.exp(numbers[4]));
  }
}
