package dev.glimpse.data;

import java.io.IOException;

/**
 * A picture as its file has it, neither cut nor scaled; transparent parts lie on white.
 *
 * @param values {@code [height, width, 3]}: red, green and blue, 0 to 255
 */
public record WholePicture(int height, int width, float[] values) {
  /**
   * Reads the bytes of a file of any kind that ImageIO knows.
   *
   * @throws IOException if they cannot be read, or their decoder warns of damage
   */
  public static WholePicture read(byte[] file) throws IOException {
    return PictureReader.readWhole(file);
  }

  /** The mean of red, green and blue. */
  public float grey(int pixel) {
    return (values[3 * pixel] + values[3 * pixel + 1] + values[3 * pixel + 2]) / 3;
  }
}
