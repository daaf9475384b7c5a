package dev.glimpse.data;

import java.io.IOException;
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
   * A data set with the images of another source to learn from without labels. Where that is the
   * data set itself, they are its training images, so that none that it is judged by is learned
   * from.
   *
   * @param source of the data set
   * @param others as for {@link #unlabelled}
   * @param seed what the built-in digits are drawn from
   * @throws DataException also where one folder of pictures contains the other
   */
  public static Splits withUnlabelled(Splits splits, String source, String others, long seed) {
    if (others.equals(source)) {
      return splits;
    }
    if (!isNamed(source) && !isNamed(others)) {
      Path data = real(folder(source));
      Path more = real(folder(others));
      if (data.equals(more)) {
        return splits;
      }
      // IDX files are looked for in the folder itself only.
      boolean overlap = data.startsWith(more) || more.startsWith(data);
      if (overlap && !IdxReader.isIn(data) && !IdxReader.isIn(more)) {
        throw new DataException(
            "%s and %s share pictures, and those to validate and test on would be learned from; name"
                    .formatted(source, others)
                + " folders beside each other, or the same one twice");
      }
    }
    return splits.withUnlabelled(unlabelled(others, splits.train(), seed));
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
    return isNamed(source) ? source : folder(source).toAbsolutePath().normalize().toString();
  }

  private static boolean isNamed(String source) {
    return source.equals("digits") || source.equals("mnist");
  }

  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      throw new DataException(folder + ": cannot be read (" + e + ")", e);
    }
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
      if (!source.isBlank() && Files.isDirectory(path)) {
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
