package dev.glimpse.cli.pictures;

import dev.glimpse.io.Png;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.SettingException;
import java.awt.image.BufferedImage;
import java.nio.FloatBuffer;
import java.nio.file.Path;

/** Grids of images, as files and in memory. */
public final class Pictures {
  private static final int ENLARGEMENT = 2;
  private static final int PADDING = 2;

  private static final int MOST_IMAGES = 10_000;

  private Pictures() {}

  /**
   * Stops where a picture would show no image, or more than one can look at.
   *
   * @throws SettingException then
   */
  public static void checkCount(long images) {
    if (images < 1 || images > MOST_IMAGES) {
      throw new SettingException(
          "a picture shows 1 to %d images, not %d".formatted(MOST_IMAGES, images));
    }
  }

  /**
   * Writes images side by side, twice as large, with thin lines between them.
   *
   * @param images {@code [N, H W C]}
   */
  public static void write(Path file, FloatBuffer images, DataShape shape, int columns) {
    Png.write(file, grid(images, shape, columns));
  }

  /** The same as a picture in memory. */
  static BufferedImage grid(FloatBuffer images, DataShape shape, int columns) {
    int count = images.limit() / shape.pixels();
    return Png.grid(
        enlarged(images, count, shape),
        count,
        shape.height() * ENLARGEMENT,
        shape.width() * ENLARGEMENT,
        shape.channels(),
        columns,
        PADDING);
  }

  private static FloatBuffer enlarged(FloatBuffer images, int count, DataShape shape) {
    int height = shape.height() * ENLARGEMENT;
    int width = shape.width() * ENLARGEMENT;
    FloatBuffer large =
        FloatBuffer.allocate(Math.multiplyExact(count, height * width * shape.channels()));
    for (int image = 0; image < count; image++) {
      for (int y = 0; y < height; y++) {
        int row = image * shape.height() + y / ENLARGEMENT;
        for (int x = 0; x < width; x++) {
          int pixel = row * shape.width() + x / ENLARGEMENT;
          for (int c = 0; c < shape.channels(); c++) {
            large.put(images.get(pixel * shape.channels() + c));
          }
        }
      }
    }
    return large.flip();
  }
}
