package dev.glimpse.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Picture files that a user names one by one. */
public final class PictureList {
  private PictureList() {}

  /**
   * Reads picture files, cut to the square in the middle and scaled, without labels.
   *
   * @throws DataException if one cannot be read
   */
  public static ImageSet read(List<Path> files, ImageFormat format) {
    byte[] pixels = new byte[Math.multiplyExact(files.size(), format.bytes())];
    for (int i = 0; i < files.size(); i++) {
      try {
        PictureReader.read(files.get(i), format, pixels, i * format.bytes());
      } catch (IOException e) {
        throw new DataException(
            "%s: no picture can be read (%s)".formatted(files.get(i), e.getMessage()), e);
      }
    }
    return new ImageSet("pictures", format.size(), format.size(), format.channels(), pixels);
  }
}
