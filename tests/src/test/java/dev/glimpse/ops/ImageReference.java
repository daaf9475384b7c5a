package dev.glimpse.ops;

import dev.glimpse.ops.Window.Extent;
import java.util.Arrays;
import java.util.List;

/** Every op on images in plain Java and double precision, as its formula says. */
public final class ImageReference {
  private ImageReference() {}

  /** Where a window's tap meets an image: numbers of a pixel and a position in all of the batch. */
  private interface Contact {
    void at(int pixel, int position, int tap);
  }

  /** Position o of an axis sees input {@code o stride - padding + tap dilation} through a tap. */
  private static void slide(Window window, Shape images, Contact contact) {
    Extent image = Window.extent(images);
    Extent positions = window.positions(image);
    for (int n = 0; n < images.dimension(0); n++) {
      for (int p = 0; p < positions.height(); p++) {
        for (int q = 0; q < positions.width(); q++) {
          int position = (n * positions.height() + p) * positions.width() + q;
          for (int tap = 0; tap < window.taps(); tap++) {
            int y = input(p, window.stride().height(), window.padding().height());
            int x = input(q, window.stride().width(), window.padding().width());
            y += tap / window.width() * window.dilation().height();
            x += tap % window.width() * window.dilation().width();
            if (y >= 0 && y < image.height() && x >= 0 && x < image.width()) {
              contact.at((n * image.height() + y) * image.width() + x, position, tap);
            }
          }
        }
      }
    }
  }

  private static int input(int position, int stride, int padding) {
    return position * stride - padding;
  }

  public static Array convolution(Convolution op, Array x, Array weights, Shape shape) {
    var y = Array.zeros(shape);
    int in = x.columns();
    int out = y.columns();
    int perIn = op.swapped() ? 1 : out;
    int perOut = op.swapped() ? in : 1;
    slide(
        op.window(),
        op.scatter() ? shape : x.shape(),
        (pixel, position, tap) -> {
          int from = (op.scatter() ? position : pixel) * in;
          int to = (op.scatter() ? pixel : position) * out;
          for (int i = 0; i < in; i++) {
            double value = x.values()[from + i];
            int weight = tap * in * out + i * perIn;
            for (int o = 0; o < out; o++) {
              y.values()[to + o] += value * weights.values()[weight + o * perOut];
            }
          }
        });
    return y;
  }

  public static Array convolutionWeights(
      ConvolutionWeights op, Array image, Array field, Shape shape) {
    var weights = Array.zeros(shape);
    int channels = image.columns();
    int fields = field.columns();
    int perChannel = op.fieldFirst() ? 1 : fields;
    int perField = op.fieldFirst() ? channels : 1;
    slide(
        op.window(),
        image.shape(),
        (pixel, position, tap) -> {
          for (int c = 0; c < channels; c++) {
            double value = image.values()[pixel * channels + c];
            int weight = tap * channels * fields + c * perChannel;
            for (int f = 0; f < fields; f++) {
              weights.values()[weight + f * perField] +=
                  value * field.values()[position * fields + f];
            }
          }
        });
    return weights;
  }

  /** The largest elements, and the first taps that see them. */
  public static List<Array> maxPool(Window window, Array x, Shape shape) {
    var largest = Array.zeros(shape);
    var taps = Array.zeros(shape);
    Arrays.fill(largest.values(), Double.NEGATIVE_INFINITY);
    int channels = x.columns();
    slide(
        window,
        x.shape(),
        (pixel, position, tap) -> {
          for (int c = 0; c < channels; c++) {
            double value = x.values()[pixel * channels + c];
            if (value > largest.values()[position * channels + c]) {
              largest.values()[position * channels + c] = value;
              taps.values()[position * channels + c] = tap;
            }
          }
        });
    return List.of(largest, taps);
  }

  public static Array maxPoolGradient(Window window, Array dy, Array taps, Shape shape) {
    var dx = Array.zeros(shape);
    int channels = dy.columns();
    slide(
        window,
        shape,
        (pixel, position, tap) -> {
          for (int c = 0; c < channels; c++) {
            if (taps.values()[position * channels + c] == tap) {
              dx.values()[pixel * channels + c] += dy.values()[position * channels + c];
            }
          }
        });
    return dx;
  }

  public static Array averagePool(Window window, Array x, Shape shape) {
    var y = Array.zeros(shape);
    double share = 1.0 / window.taps();
    slide(window, x.shape(), (pixel, position, tap) -> addPixel(y, position, share, x, pixel));
    return y;
  }

  public static Array averagePoolGradient(Window window, Array dy, Shape shape) {
    var dx = Array.zeros(shape);
    double share = 1.0 / window.taps();
    slide(window, shape, (pixel, position, tap) -> addPixel(dx, pixel, share, dy, position));
    return dx;
  }

  /** Adds a share of all channels of a pixel to those of another image's pixel. */
  private static void addPixel(Array to, int toPixel, double share, Array from, int fromPixel) {
    int channels = to.columns();
    for (int c = 0; c < channels; c++) {
      to.values()[toPixel * channels + c] += share * from.values()[fromPixel * channels + c];
    }
  }

  public static Array upsample(Upsample op, Array x, Shape shape) {
    var y = Array.zeros(shape);
    Shape large = op.adjoint() ? x.shape() : shape;
    Extent small = Window.extent(op.adjoint() ? shape : x.shape());
    for (int row = 0; row < large.dimension(0) * large.dimension(1); row++) {
      double[] down = shares(row % large.dimension(1), op, small.height());
      int first = row / large.dimension(1) * small.height();
      for (int column = 0; column < large.dimension(2); column++) {
        double[] across = shares(column, op, small.width());
        for (int i = 0; i < down.length; i++) {
          for (int j = 0; j < across.length; j++) {
            int pixel = (first + i) * small.width() + j;
            int largePixel = row * large.dimension(2) + column;
            double share = down[i] * across[j];
            if (op.adjoint()) {
              addPixel(y, pixel, share, x, largePixel);
            } else {
              addPixel(y, largePixel, share, x, pixel);
            }
          }
        }
      }
    }
    return y;
  }

  /** What each input of an axis gives to an output: one all, or its two neighbours by distance. */
  private static double[] shares(int output, Upsample op, int inputs) {
    double[] shares = new double[inputs];
    if (op.nearest()) {
      shares[output / op.factor()] = 1;
      return shares;
    }
    double center = (output + 0.5) / op.factor() - 0.5;
    double inside = Math.min(Math.max(center, 0), inputs - 1);
    for (int i = 0; i < inputs; i++) {
      shares[i] = Math.max(0, 1 - Math.abs(inside - i));
    }
    return shares;
  }
}
