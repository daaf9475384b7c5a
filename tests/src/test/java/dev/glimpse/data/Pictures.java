package dev.glimpse.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Makes picture files for tests. */
public final class Pictures {
  private Pictures() {}

  /** A grey picture with these values by row and column. */
  public static BufferedImage grey(int[][] values) {
    var picture = new BufferedImage(values[0].length, values.length, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < values.length; y++) {
      for (int x = 0; x < values[y].length; x++) {
        picture.getRaster().setSample(x, y, 0, values[y][x]);
      }
    }
    return picture;
  }

  /** A picture of one colour. */
  public static BufferedImage colour(int width, int height, int rgb) {
    var picture = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    for (int i = 0; i < width * height; i++) {
      picture.setRGB(i % width, i / width, rgb);
    }
    return picture;
  }

  /** Writes the kind of file that the name ends in, after making its folder. */
  public static Path write(Path file, BufferedImage picture) throws IOException {
    Files.createDirectories(file.getParent());
    String name = file.toString();
    if (!ImageIO.write(picture, name.substring(name.lastIndexOf('.') + 1), file.toFile())) {
      throw new IOException("no writer for " + file);
    }
    return file;
  }

  /** Writes a grey picture of 2 x 2 whose values are all {@code value}. */
  public static Path write(Path file, int value) throws IOException {
    return write(file, grey(new int[][] {{value, value}, {value, value}}));
  }
}
