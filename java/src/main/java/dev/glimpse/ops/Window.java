package dev.glimpse.ops;

import java.util.List;
import java.util.Map;

/**
 * The window that a convolution or a pooling slides over images {@code [N, H, W, C]}.
 *
 * @param height of the kernel, in taps
 * @param width of the kernel, in taps
 * @param stride from one output to the next, in inputs, down and across
 * @param padding zeros before and after, down and across
 * @param dilation from one tap to the next, in inputs, down and across
 */
public record Window(int height, int width, Extent stride, Extent padding, Extent dilation) {
  /** A length down and one across. */
  public record Extent(int height, int width) {
    @Override
    public String toString() {
      return height + " x " + width;
    }
  }

  public Window {
    if (height < 1
        || width < 1
        || stride.height < 1
        || stride.width < 1
        || padding.height < 0
        || padding.width < 0
        || dilation.height < 1
        || dilation.width < 1) {
      throw new IllegalArgumentException(
          "no window of %d x %d taps, stride %s, padding %s, dilation %s"
              .formatted(height, width, stride, padding, dilation));
    }
  }

  /** A square window that treats both axes alike. */
  public static Window square(int size, int stride, int padding) {
    return square(size, stride, padding, 1);
  }

  public static Window square(int size, int stride, int padding, int dilation) {
    return new Window(
        size,
        size,
        new Extent(stride, stride),
        new Extent(padding, padding),
        new Extent(dilation, dilation));
  }

  /** The number of taps. */
  public int taps() {
    return height * width;
  }

  /** The number of positions on images of this size, {@code (H + 2 p - d (k - 1) - 1) / s + 1}. */
  public Extent positions(Extent image) {
    return new Extent(
        positions(image.height, height, stride.height, padding.height, dilation.height),
        positions(image.width, width, stride.width, padding.width, dilation.width));
  }

  private static int positions(int image, int size, int stride, int padding, int dilation) {
    int room = image + 2 * padding - dilation * (size - 1) - 1;
    if (room < 0) {
      throw new ShapeException(
          "a window of %d does not fit %d pixels with padding %d"
              .formatted(dilation * (size - 1) + 1, image, padding));
    }
    return room / stride + 1;
  }

  /**
   * The smallest image with so many positions, and {@code extra} pixels more: {@code (P - 1) s - 2
   * p + d (k - 1) + 1 + extra}.
   */
  public Extent image(Extent positions, Extent extra) {
    return new Extent(
        (positions.height - 1) * stride.height
            - 2 * padding.height
            + dilation.height * (height - 1)
            + 1
            + extra.height,
        (positions.width - 1) * stride.width
            - 2 * padding.width
            + dilation.width * (width - 1)
            + 1
            + extra.width);
  }

  /** The size of images of a shape {@code [N, H, W, C]}. */
  static Extent extent(Shape images) {
    if (images.rank() != 4) {
      throw new ShapeException("images have the shape [N, H, W, C], not " + images);
    }
    return new Extent(images.dimension(1), images.dimension(2));
  }

  /** What {@code kernels/pool.cl} is compiled with for images of this size. */
  Map<String, String> constants(Extent images) {
    return Map.of(
        "STRIDE_DOWN", String.valueOf(stride.height),
        "STRIDE_ACROSS", String.valueOf(stride.width),
        "TAPS_DOWN", String.valueOf(height),
        "TAPS_ACROSS", String.valueOf(width),
        "DISJOINT", isDisjoint(images) ? "1" : "0");
  }

  /** Whether the positions lie side by side, without gaps, and cover the images. */
  boolean isDisjoint(Extent images) {
    return stride.height == height
        && stride.width == width
        && padding.height == 0
        && padding.width == 0
        && dilation.height == 1
        && dilation.width == 1
        && images.height % height == 0
        && images.width % width == 0;
  }

  /** WINDOW_PARAMETERS of {@code kernels/window.h}. */
  List<Integer> arguments(Shape source, Extent out) {
    return List.of(
        source.dimension(0),
        source.dimension(1),
        source.dimension(2),
        source.dimension(3),
        out.height,
        out.width,
        height,
        width,
        stride.height,
        stride.width,
        padding.height,
        padding.width,
        dilation.height,
        dilation.width);
  }
}
