package dev.glimpse.data;

/**
 * What pictures of any size and kind are made into: {@code [size, size, channels]}.
 *
 * @param size height and width in pixels
 * @param channels 1 for grey, 3 for colour
 */
public record ImageFormat(int size, int channels) {

  /**
   * @throws IllegalArgumentException if there are neither 1 nor 3 channels, or no pixels
   * @throws DataException if an image would be larger than 2 GiB
   */
  public ImageFormat {
    if (size < 1 || channels != 1 && channels != 3) {
      throw new IllegalArgumentException(
          "%d x %d pixels of %d channels".formatted(size, size, channels));
    }
    if ((long) size * size > Integer.MAX_VALUE / channels) {
      throw new DataException(
          "images of %d x %d pixels are too large; choose a smaller data.size"
              .formatted(size, size));
    }
  }

  /** Bytes of an image. */
  int bytes() {
    return size * size * channels;
  }
}
