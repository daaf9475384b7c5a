package dev.glimpse.cli;

import dev.glimpse.data.ImageSet;
import dev.glimpse.io.Png;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.SettingException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;

/** Images and labels on their way between data sets, plans and files. */
final class Pictures {
  private static final int ENLARGEMENT = 2;
  private static final int PADDING = 2;

  private static final int MOST_IMAGES = 10_000;

  private Pictures() {}

  /** Stops where a picture would show no image, or more than one can look at. */
  static void checkCount(long images) {
    if (images < 1 || images > MOST_IMAGES) {
      throw new SettingException(
          "a picture shows 1 to %d images, not %d".formatted(MOST_IMAGES, images));
    }
  }

  /** Writes images side by side, twice as large, with thin lines between them. */
  static void write(Path file, FloatBuffer images, DataShape shape, int columns) {
    int count = images.limit() / shape.pixels();
    Png.writeGrid(
        file,
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

  /** All values of a set of images, {@code [N, H W C]}. */
  static float[] pixels(ImageSet images) {
    FloatBuffer values =
        FloatBuffer.allocate(Math.multiplyExact(images.size(), images.pixelsPerImage()));
    for (int i = 0; i < images.size(); i++) {
      images.copyPixels(i, values);
    }
    return values.array();
  }

  /** Labels as a plan takes them, {@code [N, K]}. */
  static float[] oneHot(List<Integer> labels, int classes) {
    float[] values = new float[labels.size() * classes];
    for (int i = 0; i < labels.size(); i++) {
      values[i * classes + labels.get(i)] = 1;
    }
    return values;
  }
}
