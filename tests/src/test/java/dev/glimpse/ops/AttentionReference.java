package dev.glimpse.ops;

import java.util.Arrays;
import java.util.List;

/**
 * Reading and writing through a grid of Gaussian filters in plain Java and double precision, as the
 * formulas say (Gregor et al. 2015, equations 19 to 29): with whole filterbanks, and a sum over all
 * pixels for every element of a patch. Pixels are counted from 1.
 */
final class AttentionReference {
  private AttentionReference() {}

  /** A filterbank {@code [size, length]} over one axis of an image, and where its filters lie. */
  private record Bank(double[] centres, double variance, double[][] filters) {
    /**
     * Equations 25 and 26. The factor by which numerator and sum differ from the paper's, the value
     * at the pixel nearest to the centre, keeps the sum from vanishing where a filter is far off.
     */
    static Bank of(double[] centres, double variance, int length) {
      double[][] filters = new double[centres.length][length];
      for (int i = 0; i < centres.length; i++) {
        double nearest = Math.min(Math.max(Math.rint(centres[i]), 1), length);
        for (int a = 1; a <= length; a++) {
          double further = square(a - centres[i]) - square(nearest - centres[i]);
          filters[i][a - 1] = Math.exp(-further / (2 * variance));
        }
        double sum = Arrays.stream(filters[i]).sum();
        for (int a = 0; a < length; a++) {
          filters[i][a] /= sum;
        }
      }
      return new Bank(centres, variance, filters);
    }

    private static double square(double x) {
      return x * x;
    }

    /**
     * The derivative by filter i's centre, or by the logarithm of the variance: the gradient by the
     * filter times the filter's own derivative.
     *
     * @param power 1 for the centre, 2 for the logarithm of the variance
     */
    double derivative(int i, double[] gradient, int power) {
      double[] slopes = new double[gradient.length];
      double mean = 0;
      for (int a = 0; a < slopes.length; a++) {
        slopes[a] = Math.pow(a + 1 - centres[i], power) / (power * variance);
        mean += filters[i][a] * slopes[a];
      }
      double sum = 0;
      for (int a = 0; a < slopes.length; a++) {
        sum += gradient[a] * filters[i][a] * (slopes[a] - mean);
      }
      return sum;
    }
  }

  /** An element of a patch, a pixel, and the filters between them. */
  private interface Contact {
    void at(int element, int pixel, int i, int y, int j, int x);
  }

  /** The grid that one window places. */
  private static final class Grid {
    private final int size;
    private final int height;
    private final int width;
    private final int channels;
    private final double intensity;
    private final double stride;
    private final Bank across;
    private final Bank down;

    Grid(AttentionWindow window, Array windows, int row) {
      size = window.size();
      height = window.image().dimension(0);
      width = window.image().dimension(1);
      channels = window.image().dimension(2);
      double unit = size > 1 ? (Math.max(width, height) - 1.0) / (size - 1) : 0;
      double variance = Math.exp(windows.at(row, 2));
      stride = unit * Math.exp(windows.at(row, 3));
      intensity = Math.exp(windows.at(row, 4));
      across = Bank.of(centres(windows.at(row, 0), width), variance, width);
      down = Bank.of(centres(windows.at(row, 1), height), variance, height);
    }

    /** Equations 19, 20 and 22: of a direction's filters. */
    private double[] centres(double g, int length) {
      double[] centres = new double[size];
      for (int i = 0; i < size; i++) {
        centres[i] = (length + 1) / 2.0 * (g + 1) + place(i) * stride;
      }
      return centres;
    }

    /** Where filter i lies, in strides from the grid's centre. */
    private double place(int i) {
      return i - (size - 1) / 2.0;
    }

    private int patch() {
      return size * size * channels;
    }

    private int pixels() {
      return height * width * channels;
    }

    private void forAll(Contact contact) {
      for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
          for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
              for (int c = 0; c < channels; c++) {
                int element = (i * size + j) * channels + c;
                contact.at(element, (y * width + x) * channels + c, i, y, j, x);
              }
            }
          }
        }
      }
    }

    /** Equation 27: factor Fy image Fx'. */
    double[] read(double[] image, double factor) {
      double[] patch = new double[patch()];
      forAll((e, p, i, y, j, x) -> patch[e] += factor * weight(i, y, j, x) * image[p]);
      return patch;
    }

    /** Equation 29: factor Fy' patch Fx. */
    double[] write(double[] patch, double factor) {
      double[] image = new double[pixels()];
      forAll((e, p, i, y, j, x) -> image[p] += factor * weight(i, y, j, x) * patch[e]);
      return image;
    }

    private double weight(int i, int y, int j, int x) {
      return down.filters[i][y] * across.filters[j][x];
    }

    /**
     * Adds the derivatives of the sum of a patch times what is read of an image (or of an image
     * times what is written of a patch) by the window's five numbers.
     *
     * @param power of the intensity that it is multiplied by
     */
    void addDerivatives(double[] patch, double[] image, int power, double[] numbers) {
      double factor = Math.pow(intensity, power);
      double[][] byAcross = new double[size][width];
      double[][] byDown = new double[size][height];
      double[] whole = new double[1];
      forAll(
          (e, p, i, y, j, x) -> {
            double product = factor * patch[e] * image[p];
            byAcross[j][x] += product * down.filters[i][y];
            byDown[i][y] += product * across.filters[j][x];
            whole[0] += product * weight(i, y, j, x);
          });
      for (int i = 0; i < size; i++) {
        double byX = across.derivative(i, byAcross[i], 1);
        double byY = down.derivative(i, byDown[i], 1);
        numbers[0] += byX * (width + 1) / 2;
        numbers[1] += byY * (height + 1) / 2;
        numbers[2] += across.derivative(i, byAcross[i], 2) + down.derivative(i, byDown[i], 2);
        numbers[3] += (byX + byY) * place(i) * stride;
      }
      numbers[4] += power * whole[0];
    }
  }

  private static double[] row(Array matrix, int row) {
    int from = row * matrix.columns();
    return Arrays.copyOfRange(matrix.values(), from, from + matrix.columns());
  }

  private static void setRow(Array matrix, int row, double[] values) {
    System.arraycopy(values, 0, matrix.values(), row * matrix.columns(), values.length);
  }

  private static double shown(double logit) {
    return Reference.apply(Function.SIGMOID, List.of(), logit);
  }

  /** What an image has more than its canvas shows. */
  private static double[] error(double[] image, double[] canvas) {
    double[] error = new double[image.length];
    for (int p = 0; p < error.length; p++) {
      error[p] = image[p] - shown(canvas[p]);
    }
    return error;
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = a.clone();
    for (int p = 0; p < sum.length; p++) {
      sum[p] += b[p];
    }
    return sum;
  }

  /**
   * Patches of images and, behind each, of the error image.
   *
   * @param x images {@code [N, H W C]}, canvases if error images are read, and windows {@code [N,
   *     5]}
   */
  static Array read(AttentionRead op, List<Array> x, Shape shape) {
    var patches = Array.zeros(shape);
    for (int n = 0; n < patches.rows(); n++) {
      var grid = new Grid(op.window(), x.get(x.size() - 1), n);
      double[] image = row(x.get(0), n);
      double[] patch = grid.read(image, grid.intensity);
      if (op.error()) {
        double[] of = grid.read(error(image, row(x.get(1), n)), grid.intensity);
        patch = Arrays.copyOf(patch, 2 * of.length);
        System.arraycopy(of, 0, patch, of.length, of.length);
      }
      setRow(patches, n, patch);
    }
    return patches;
  }

  /** Of the same and the gradient by the patches, the gradients. */
  static List<Array> readGradient(AttentionReadGradient op, List<Array> x, List<Shape> shapes) {
    List<Array> gradients = shapes.stream().map(Array::zeros).toList();
    int last = gradients.size() - 1;
    for (int n = 0; n < x.get(0).rows(); n++) {
      var grid = new Grid(op.window(), x.get(last), n);
      double[] image = row(x.get(0), n);
      double[] numbers = new double[AttentionWindow.PARAMETERS];
      double[] both = row(x.get(last + 1), n);
      double[] dPatch = Arrays.copyOf(both, grid.patch());
      double[] dImage = grid.write(dPatch, grid.intensity);
      grid.addDerivatives(dPatch, image, 1, numbers);
      if (op.error()) {
        double[] canvas = row(x.get(1), n);
        double[] dErrorPatch = Arrays.copyOfRange(both, grid.patch(), 2 * grid.patch());
        double[] dError = grid.write(dErrorPatch, grid.intensity);
        grid.addDerivatives(dErrorPatch, error(image, canvas), 1, numbers);
        dImage = sum(dImage, dError);
        double[] dCanvas = new double[canvas.length];
        for (int p = 0; p < dCanvas.length; p++) {
          dCanvas[p] = -shown(canvas[p]) * (1 - shown(canvas[p])) * dError[p];
        }
        setRow(gradients.get(1), n, dCanvas);
      }
      setRow(gradients.get(0), n, dImage);
      setRow(gradients.get(last), n, numbers);
    }
    return gradients;
  }

  /** Equation 28, and c + write of section 3.1: canvases, patches and windows to canvases. */
  static Array write(AttentionWrite op, List<Array> x, Shape shape) {
    var canvases = Array.zeros(shape);
    for (int n = 0; n < canvases.rows(); n++) {
      var grid = new Grid(op.window(), x.get(2), n);
      double[] written = grid.write(row(x.get(1), n), op.sign() / grid.intensity);
      setRow(canvases, n, sum(row(x.get(0), n), written));
    }
    return canvases;
  }

  /** Of patches, windows and the gradient by the canvases, those by patches and windows. */
  static List<Array> writeGradient(AttentionWriteGradient op, List<Array> x, List<Shape> shapes) {
    List<Array> gradients = shapes.stream().map(Array::zeros).toList();
    for (int n = 0; n < x.get(0).rows(); n++) {
      var grid = new Grid(op.window(), x.get(1), n);
      double[] dCanvas = row(x.get(2), n);
      double[] numbers = new double[AttentionWindow.PARAMETERS];
      grid.addDerivatives(row(x.get(0), n), dCanvas, -1, numbers);
      setRow(gradients.get(0), n, grid.read(dCanvas, 1 / grid.intensity));
      setRow(gradients.get(1), n, numbers);
    }
    return gradients;
  }
}
