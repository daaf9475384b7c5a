package dev.glimpse.io;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes pictures as PNG files. */
public final class Png {
  private static final int PADDING_GREY = 96;

  private Png() {}

  /**
   * Images side by side, row by row, on a grey ground.
   *
   * @param images {@code [count, height, width, channels]}, read from index 0 on; 0 is black, 1 is
   *     white, what lies outside is clamped, NaN is black
   * @param channels 1 (grey) or 3 (red, green, blue)
   * @param columns images in a row
   * @param padding pixels between two images and around them all
   * @throws IllegalArgumentException if a size is not positive or the buffer is too short
   */
  public static BufferedImage grid(
      FloatBuffer images,
      int count,
      int height,
      int width,
      int channels,
      int columns,
      int padding) {
    if (count < 1 || height < 1 || width < 1 || columns < 1 || padding < 0) {
      throw new IllegalArgumentException(
          "count %d, height %d, width %d, columns %d must be positive, padding %d not negative"
              .formatted(count, height, width, columns, padding));
    }
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("1 or 3 channels expected, not " + channels);
    }
    long expected = Math.multiplyExact((long) count * channels, (long) height * width);
    if (images.limit() < expected) {
      throw new IllegalArgumentException(
          "[%d, %d, %d, %d] takes %d floats, the buffer holds %d"
              .formatted(count, height, width, channels, expected, images.limit()));
    }
    int rows = (count + columns - 1) / columns;
    BufferedImage picture =
        ground(
            columns * (width + padding) + padding, rows * (height + padding) + padding, channels);
    for (int image = 0; image < count; image++) {
      int left = padding + image % columns * (width + padding);
      int top = padding + image / columns * (height + padding);
      int start = image * height * width * channels;
      for (int i = 0; i < height * width * channels; i++) {
        int pixel = i / channels;
        // Samples go straight into the raster: setRGB would bend greys by its colour conversion.
        picture
            .getRaster()
            .setSample(
                left + pixel % width,
                top + pixel / width,
                i % channels,
                toByte(images.get(start + i)));
      }
    }
    return picture;
  }

  /**
   * The grey ground alone.
   *
   * @param channels 1 (grey) or 3 (red, green, blue)
   */
  public static BufferedImage ground(int width, int height, int channels) {
    var picture =
        new BufferedImage(
            width,
            height,
            channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR);
    var raster = picture.getRaster();
    int[] ground = new int[width * channels];
    Arrays.fill(ground, PADDING_GREY);
    for (int y = 0; y < height; y++) {
      raster.setPixels(0, y, width, 1, ground);
    }
    return picture;
  }

  /** Writes a picture; the file is replaced atomically. */
  public static void write(Path file, BufferedImage picture) {
    AtomicFiles.writeFile(
        file,
        channel -> {
          // A stream of our own, because ImageIO's default one makes a temporary file elsewhere.
          var out = Channels.newOutputStream(channel);
          try (var stream = new MemoryCacheImageOutputStream(out)) {
            if (!ImageIO.write(picture, "png", stream)) {
              throw new IOException("this Java has no PNG writer");
            }
          }
        });
  }

  private static int toByte(float value) {
    return Math.round(Math.min(1f, Math.max(0f, value)) * 255f);
  }
}
