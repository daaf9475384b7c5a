package dev.glimpse.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Picture files that a user names, cut to the square in the middle and scaled, without labels.
 *
 * @param images those that could be read; there may be none
 * @param files of the images
 * @param faults a line for each file that could not be read, and for each folder without pictures
 */
public record PictureList(ImageSet images, List<Path> files, List<String> faults) {

  /**
   * Reads all that can be read.
   *
   * @param paths of picture files, and of folders whose pictures are meant, however deep
   * @throws DataException if they are too many for the memory
   */
  public static PictureList readable(List<Path> paths, ImageFormat format) {
    var faults = new ArrayList<String>();
    List<Path> all = find(paths, faults);
    if ((long) all.size() * format.bytes() > Integer.MAX_VALUE - 8) {
      throw new DataException(
          "%,d pictures are more than 2 GiB of images; pass fewer at once".formatted(all.size()));
    }
    byte[] pixels = new byte[all.size() * format.bytes()];
    var files = new ArrayList<Path>();
    for (Path file : all) {
      try {
        PictureReader.read(file, format, pixels, files.size() * format.bytes());
        files.add(file);
      } catch (IOException e) {
        faults.add(fault(file, e));
      }
    }
    return new PictureList(set(pixels, format).first(files.size()), files, faults);
  }

  private static List<Path> find(List<Path> paths, List<String> faults) {
    var files = new ArrayList<Path>();
    for (Path path : paths) {
      try {
        files.addAll(Files.isDirectory(path) ? PictureFiles.find(path).files() : List.of(path));
      } catch (DataException e) {
        faults.add(e.getMessage());
      }
    }
    return files;
  }

  /**
   * Reads picture files.
   *
   * @throws DataException if one cannot be read
   */
  public static ImageSet read(List<Path> files, ImageFormat format) {
    byte[] pixels = new byte[Math.multiplyExact(files.size(), format.bytes())];
    for (int i = 0; i < files.size(); i++) {
      try {
        PictureReader.read(files.get(i), format, pixels, i * format.bytes());
      } catch (IOException e) {
        throw new DataException(fault(files.get(i), e), e);
      }
    }
    return set(pixels, format);
  }

  private static ImageSet set(byte[] pixels, ImageFormat format) {
    return new ImageSet("pictures", format.size(), format.size(), format.channels(), pixels);
  }

  private static String fault(Path file, IOException e) {
    return "%s: no picture can be read (%s)".formatted(file, e.getMessage());
  }
}
