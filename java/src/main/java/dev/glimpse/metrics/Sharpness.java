package dev.glimpse.metrics;

/**
 * The variance of the Laplacian, a measure of focus (Pech-Pacheco et al. 2000), mean over images.
 * The Laplacian has four neighbours, {@code up + down + left + right - 4 centre}, and is taken
 * where all of them lie in the image; colours are averaged first. Compare with that of real images:
 * neither lower (blurred) nor higher (noisy) is good.
 */
public final class Sharpness {
  private final int height;
  private final int width;
  private final int channels;
  private final float[] grey;
  private double sum;
  private int count;

  /** Takes images {@code [height, width, channels]}, of 3 x 3 pixels or more. */
  public Sharpness(int height, int width, int channels) {
    if (height < 3 || width < 3 || channels < 1) {
      throw new IllegalArgumentException(
          "a Laplacian takes images of 3 x 3 x 1 or more, not %d x %d x %d"
              .formatted(height, width, channels));
    }
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.grey = new float[height * width];
  }

  /**
   * Adds the first {@code images} images.
   *
   * @param pixels {@code [images, height, width, channels]}, 0 is black and 1 is white; may be
   *     longer
   * @throws MetricException if a pixel is infinite or no number
   */
  public Sharpness add(float[] pixels, int images) {
    int each = grey.length * channels;
    Extent.check("images", pixels.length, images, each);
    for (int i = 0; i < images; i++) {
      averageChannels(pixels, i * each);
      double variance = varianceOfLaplacian();
      if (!Double.isFinite(variance)) {
        throw new MetricException(
            "image %d has pixels that are no numbers: the model has diverged".formatted(count));
      }
      sum += variance;
      count++;
    }
    return this;
  }

  private void averageChannels(float[] pixels, int from) {
    for (int p = 0; p < grey.length; p++) {
      float total = 0;
      for (int c = 0; c < channels; c++) {
        total += pixels[from + p * channels + c];
      }
      grey[p] = total / channels;
    }
  }

  private double varianceOfLaplacian() {
    double total = 0;
    double squares = 0;
    for (int y = 1; y < height - 1; y++) {
      for (int x = 1; x < width - 1; x++) {
        int p = y * width + x;
        double neighbours = (double) grey[p - width] + grey[p + width] + grey[p - 1] + grey[p + 1];
        double laplacian = neighbours - 4 * (double) grey[p];
        total += laplacian;
        squares += laplacian * laplacian;
      }
    }
    int n = (height - 2) * (width - 2);
    double mean = total / n;
    return squares / n - mean * mean;
  }

  /**
   * The mean over the images, in squared units of the pixels.
   *
   * @throws MetricException without images
   */
  public double value() {
    if (count == 0) {
      throw new MetricException("sharpness takes one image or more");
    }
    return sum / count;
  }
}
