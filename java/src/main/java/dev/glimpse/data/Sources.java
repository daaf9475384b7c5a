package dev.glimpse.data;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Finds the data that a user names. */
public final class Sources {
  private static final int DIGITS_TRAIN = 12_000;
  private static final int DIGITS_VALIDATION = 2_000;
  private static final int DIGITS_TEST = 2_000;

  private static final String CHOICES =
      "use digits (built in), mnist (downloaded once), a folder with the four IDX files of a data"
          + " set ("
          + String.join(", ", IdxReader.FILES)
          + "; plain or .gz), or a folder of pictures (PNG, JPEG)";

  private Sources() {}

  /**
   * Loads a data set.
   *
   * @param source {@code digits}, {@code mnist}, or the path of a folder: with four IDX files, or
   *     with pictures
   * @param format what pictures are made into; without effect on the others
   * @param seed what the built-in digits are drawn from; without effect on the others
   * @throws DataException if there is no such source, or it cannot be read
   */
  public static Splits load(String source, ImageFormat format, long seed) {
    return switch (source) {
      case "digits" -> digits(seed);
      case "mnist" -> mnist();
      default -> readFolder(folder(source), format);
    };
  }

  /**
   * Loads images to learn from without labels; any that they have are of no consequence. Of a data
   * set these are the training images, so that none that others are judged by is learned from. Of a
   * folder of pictures they are all; in a folder of IDX files, only the one of training images need
   * be there.
   *
   * @param source as for {@link #load}
   * @param like images as large as which pictures are made
   * @param seed what the built-in digits are drawn from
   * @throws DataException if there is no such source, or it cannot be read
   */
  public static ImageSet unlabelled(String source, ImageSet like, long seed) {
    return switch (source) {
      case "digits" -> digits(seed).train();
      case "mnist" -> mnist().train();
      default -> {
        Path folder = folder(source);
        yield IdxReader.isIn(folder)
            ? IdxReader.readUnlabelled(folder)
            : ImageFolder.readUnlabelled(folder, new ImageFormat(like.height(), like.channels()));
      }
    };
  }

  private static Splits readFolder(Path folder, ImageFormat format) {
    return IdxReader.isIn(folder) ? IdxReader.readFolder(folder) : ImageFolder.read(folder, format);
  }

  /** A name under which a source is found from any working folder. */
  public static String lasting(String source) {
    boolean named = source.equals("digits") || source.equals("mnist");
    return named ? source : folder(source).toAbsolutePath().normalize().toString();
  }

  /** From the folder that {@code GLIMPSE_MNIST} names, else downloaded. */
  private static Splits mnist() {
    String folder = System.getenv("GLIMPSE_MNIST");
    return folder == null || folder.isBlank() ? Mnist.load() : IdxReader.readFolder(folder(folder));
  }

  private static Splits digits(long seed) {
    return new Splits(
        Digits.generate(DIGITS_TRAIN, SplitMix64.key(seed, 0)),
        Digits.generate(DIGITS_VALIDATION, SplitMix64.key(seed, 1)),
        Digits.generate(DIGITS_TEST, SplitMix64.key(seed, 2)));
  }

  private static Path folder(String source) {
    try {
      Path path = Path.of(source);
      if (Files.isDirectory(path)) {
        return path;
      }
      String why =
          Files.exists(path) ? "it is a file, not a folder" : path.toAbsolutePath() + " is missing";
      throw new DataException("unknown data '%s': %s; %s".formatted(source, why, CHOICES));
    } catch (InvalidPathException e) {
      throw new DataException("unknown data '%s'; %s".formatted(source, CHOICES), e);
    }
  }
}
