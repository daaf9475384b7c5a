package dev.glimpse.models;

import dev.glimpse.data.DataException;
import dev.glimpse.data.WholePicture;
import dev.glimpse.metrics.Quadrants;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.SettingException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** The part of images that a completion is given: some quadrants, or what a picture says. */
public final class GivenPart {
  private static final int WHITE = 128;
  private static final String QUADRANTS = "[123]";

  /** What a picture begins with that is in the setting itself (RFC 2397). */
  private static final String INLINE = "data:image/png;base64,";

  private GivenPart() {}

  /**
   * A number per pixel and channel: 1 where it is given.
   *
   * @param setting 1, 2 or 3 quadrants, or the path of a picture whose light pixels are given, or
   *     what {@link #lasting} makes of it
   */
  static float[] of(String setting, DataShape data) {
    boolean[] pixels =
        setting.matches(QUADRANTS)
            ? Quadrants.given(Integer.parseInt(setting), data.height(), data.width())
            : light(picture(setting), data);
    float[] given = new float[data.pixels()];
    for (int i = 0; i < given.length; i++) {
      given[i] = pixels[i / data.channels()] ? 1 : 0;
    }
    return given;
  }

  /**
   * A setting that means the same wherever one works, and once the picture is gone: the picture in
   * black and white, as a data URL.
   */
  public static String lasting(String setting) {
    if (setting.matches(QUADRANTS) || setting.startsWith(INLINE)) {
      return setting;
    }
    WholePicture picture = picture(setting);
    int width = picture.width();
    var small = new BufferedImage(width, picture.height(), BufferedImage.TYPE_BYTE_BINARY);
    for (int i = 0; i < width * picture.height(); i++) {
      small.getRaster().setSample(i % width, i / width, 0, isLight(picture, i) ? 1 : 0);
    }
    var bytes = new ByteArrayOutputStream();
    try (var stream = new MemoryCacheImageOutputStream(bytes)) {
      ImageIO.write(small, "png", stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return INLINE + Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static WholePicture picture(String setting) {
    boolean inline = setting.startsWith(INLINE);
    try {
      return WholePicture.read(
          inline
              ? Base64.getDecoder().decode(setting.substring(INLINE.length()))
              : Files.readAllBytes(Path.of(setting)));
    } catch (IOException | IllegalArgumentException e) {
      // IllegalArgumentException: of what is no path, or no base 64.
      String name = inline ? "the picture in the setting" : "'" + setting + "'";
      String why = e instanceof NoSuchFileException ? "there is no such file" : e.getMessage();
      throw new SettingException(
          "given is 1, 2 or 3 quadrants or a picture; cannot read %s (%s)".formatted(name, why));
    }
  }

  private static boolean isLight(WholePicture picture, int pixel) {
    return picture.grey(pixel) >= WHITE;
  }

  private static boolean[] light(WholePicture picture, DataShape data) {
    if (picture.height() != data.height() || picture.width() != data.width()) {
      throw new DataException(
          "given: a picture of %d x %d is needed, light where the image is given, not of %d x %d"
              .formatted(data.width(), data.height(), picture.width(), picture.height()));
    }
    boolean[] given = new boolean[data.height() * data.width()];
    int count = 0;
    for (int i = 0; i < given.length; i++) {
      given[i] = isLight(picture, i);
      count += given[i] ? 1 : 0;
    }
    if (count == 0 || count == given.length) {
      throw new DataException(
          "given: the picture is %s everywhere; it must be light where the image is given, and dark"
                  .formatted(count == 0 ? "dark" : "light")
              + " where it is missing");
    }
    return given;
  }
}
