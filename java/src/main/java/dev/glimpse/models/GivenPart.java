package dev.glimpse.models;

import dev.glimpse.data.DataException;
import dev.glimpse.metrics.Quadrants;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.SettingException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** The part of images that a completion is given: some quadrants, or what a picture says. */
final class GivenPart {
  private static final int WHITE = 128;

  private GivenPart() {}

  /**
   * A number per pixel and channel: 1 where it is given.
   *
   * @param setting 1, 2 or 3 quadrants, or the path of a picture whose light pixels are given
   */
  static float[] of(String setting, DataShape data) {
    boolean[] pixels =
        setting.matches("[123]")
            ? Quadrants.given(Integer.parseInt(setting), data.height(), data.width())
            : read(setting, data);
    float[] given = new float[data.pixels()];
    for (int i = 0; i < given.length; i++) {
      given[i] = pixels[i / data.channels()] ? 1 : 0;
    }
    return given;
  }

  private static boolean[] read(String file, DataShape data) {
    BufferedImage picture;
    try {
      picture = ImageIO.read(Path.of(file).toFile());
    } catch (IOException e) {
      throw new SettingException(
          "given is 1, 2 or 3 quadrants or a picture; cannot read '" + file + "'");
    }
    if (picture == null
        || picture.getHeight() != data.height()
        || picture.getWidth() != data.width()) {
      throw new DataException(
          "%s: a picture of %d x %d is needed, light where the image is given"
              .formatted(file, data.width(), data.height()));
    }
    boolean[] given = new boolean[data.height() * data.width()];
    for (int i = 0; i < given.length; i++) {
      int rgb = picture.getRGB(i % data.width(), i / data.width());
      given[i] = ((rgb >> 16 & 255) + (rgb >> 8 & 255) + (rgb & 255)) / 3 >= WHITE;
    }
    return given;
  }
}
