package dev.glimpse.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.LoggerFactory;

/**
 * A folder of pictures (PNG, JPEG and whatever else ImageIO reads, told by the end of the name) as
 * a data set: each is cut to the square in its middle and scaled.
 *
 * <p>Pictures that lie directly in the folder have no labels. In sub-folders, however deep, they
 * have: the folder's own sub-folders are the classes, in the order of {@link ClassNames#sorted
 * their names}. Where there are both {@code train} and {@code test}, each of them is such a folder,
 * with the classes of {@code train}; one in twelve of {@code train} is for validation.
 *
 * <p>Otherwise about one in ten is for testing, and one in twelve of the others for validation, by
 * {@link PictureFiles#draw a hash of its name}: pictures that come later leave those that are there
 * in their parts, unless there are so few that a part would be empty. The same hash mixes those to
 * train on.
 */
public final class ImageFolder {
  private static final String TRAIN = "train";
  private static final String TEST = "test";
  private static final Set<String> PARTS = Set.of(TRAIN, TEST, "val", "valid", "validation");
  private static final double TESTED = 1 / 10.0;
  private static final double VALIDATED = 1 / 12.0;
  private static final int NAMED_FAULTS = 3;

  private final Path root;
  private final ImageFormat format;
  private final List<String> faults = new ArrayList<>();

  private ImageFolder(Path root, ImageFormat format) {
    this.root = root;
    this.format = format;
  }

  /**
   * Reads a folder, in parallel. Pictures that cannot be read are left out, with a warning in the
   * log that tells how many and names the first.
   *
   * @throws DataException if there are no pictures, none that can be read, too few for the three
   *     parts or too many for the memory; or if some have labels and others have none
   */
  public static Splits read(Path folder, ImageFormat format) {
    return read(folder, format, LoggerFactory.getLogger(ImageFolder.class)::warn);
  }

  static Splits read(Path folder, ImageFormat format, Consumer<String> warnings) {
    var reader = new ImageFolder(folder, format);
    PictureFiles all = PictureFiles.find(folder);
    Splits splits = reader.isParted() ? reader.readParts(all) : reader.readWhole(all);
    reader.warn(all.size(), warnings);
    return splits;
  }

  /**
   * Reads all pictures of a folder without labels, wherever they lie in it; where there are both
   * {@code train} and {@code test}, the training images of {@link #read}. Pictures that cannot be
   * read are left out, with a warning in the log.
   *
   * @throws DataException if there are none that can be read, or too many for the memory
   */
  static ImageSet readUnlabelled(Path folder, ImageFormat format) {
    var reader = new ImageFolder(folder, format);
    if (reader.isParted()) {
      return read(folder, format).train();
    }
    PictureFiles all = PictureFiles.find(folder);
    reader.checkMemory(all.size());
    ImageSet images = reader.decode(reader.name(), all.mixed(), List.of()).images;
    if (images.size() == 0) {
      throw reader.noneReadable(all.size());
    }
    reader.warn(all.size(), LoggerFactory.getLogger(ImageFolder.class)::warn);
    return images;
  }

  private boolean isParted() {
    return Files.isDirectory(root.resolve(TRAIN)) && Files.isDirectory(root.resolve(TEST));
  }

  private String name() {
    return String.valueOf(root.toAbsolutePath().normalize().getFileName());
  }

  private void warn(int pictures, Consumer<String> warnings) {
    if (!faults.isEmpty()) {
      warnings.accept(
          "%s: %d of %d pictures cannot be read and are left out: %s"
              .formatted(root, faults.size(), pictures, firstFaults()));
    }
  }

  private DataException noneReadable(int pictures) {
    return new DataException(
        "%s: none of the %d pictures can be read: %s".formatted(root, pictures, firstFaults()));
  }

  private Splits readParts(PictureFiles all) {
    PictureFiles train = all.in(TRAIN);
    PictureFiles test = all.in(TEST);
    if (train.size() + test.size() < all.size()) {
      throw new DataException(
          "%s: there are pictures outside of train and test; move them, those for validation into"
                  .formatted(root)
              + " train");
    }
    if (train.size() == 0 || test.size() == 0) {
      throw new DataException(
          "%s: %s has no pictures".formatted(root, train.size() == 0 ? TRAIN : TEST));
    }
    List<String> classes = train.classes();
    List<String> testClasses = test.classes();
    if (classes.isEmpty() != testClasses.isEmpty()) {
      throw new DataException(
          root + ": only one of train and test has classes, that is sub-folders with pictures");
    }
    for (String name : testClasses) {
      if (!classes.contains(name)) {
        throw new DataException("%s: the class %s of test is not in train".formatted(root, name));
      }
    }
    checkMemory(Math.max(train.size(), test.size()));
    Decoded trained = decode(name() + " " + TRAIN, train.mixed(), classes);
    ImageSet tested = decode(name() + " " + TEST, test, classes).images;
    checkEnough(trained.size(), tested.size(), all.size());
    int cut = trained.count(VALIDATED, 1, trained.size() - 1);
    return new Splits(trained.from(cut), trained.images.first(cut), tested);
  }

  private Splits readWhole(PictureFiles all) {
    List<String> classes = all.classes();
    if (!classes.isEmpty() && PARTS.containsAll(classes)) {
      throw new DataException(
          "%s: %s are no classes but parts of a data set; there must be both train and test"
              .formatted(root, String.join(", ", classes)));
    }
    checkMemory(all.size());
    Decoded decoded = decode(name(), all.mixed(), classes);
    int size = decoded.size();
    checkEnough(Math.max(0, size - 1), Math.min(1, size), all.size());
    int tested = decoded.count(TESTED, 1, size - 2);
    int cut = decoded.count(TESTED + (1 - TESTED) * VALIDATED, tested + 1, size - 1);
    return new Splits(
        decoded.from(cut), decoded.images.subset(tested, cut), decoded.images.first(tested));
  }

  private void checkEnough(int train, int test, int pictures) {
    if (train + test == 0) {
      throw noneReadable(pictures);
    }
    if (train < 2 || test == 0) {
      throw new DataException(
          "%s: too few pictures: %d to train and validate, %d to test; 2 and 1 are needed at least"
              .formatted(root, train, test));
    }
  }

  private void checkMemory(int images) {
    long bytes = (long) images * format.bytes();
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new DataException(
          "%s: %,d images of %d x %d x %d take %,d bytes, and more than 2 GiB cannot be held; use a"
                  .formatted(root, images, format.size(), format.size(), format.channels(), bytes)
              + " smaller data.size, data.channels=1, or fewer pictures");
    }
  }

  /**
   * Images, and the draw of each.
   *
   * @param draws ascending, where the pictures were {@link PictureFiles#mixed}
   */
  private record Decoded(ImageSet images, double[] draws) {
    int size() {
      return images.size();
    }

    /** How many have draws below a limit, but so many at least and at most. */
    int count(double limit, int least, int most) {
      int below = (int) Arrays.stream(draws).filter(draw -> draw < limit).count();
      return Math.max(least, Math.min(most, below));
    }

    ImageSet from(int first) {
      return images.subset(first, images.size());
    }
  }

  private Decoded decode(String name, PictureFiles pictures, List<String> classes) {
    int count = pictures.size();
    int each = format.bytes();
    byte[] pixels = new byte[count * each];
    String[] faultOf = new String[count];
    IntStream.range(0, count)
        .parallel()
        .forEach(
            i -> {
              Path file = pictures.files().get(i);
              try {
                PictureReader.read(file, format, pixels, i * each);
              } catch (IOException e) {
                faultOf[i] = "%s (%s)".formatted(root.relativize(file), e.getMessage());
              }
            });
    int[] labels = pictures.labels(classes);
    double[] draws = pictures.files().stream().mapToDouble(pictures::draw).toArray();
    int good = 0;
    for (int i = 0; i < count; i++) {
      if (faultOf[i] != null) {
        faults.add(faultOf[i]);
        continue;
      }
      // Images move up into the places of those that could not be read.
      System.arraycopy(pixels, i * each, pixels, good * each, each);
      if (labels != null) {
        labels[good] = labels[i];
      }
      draws[good] = draws[i];
      good++;
    }
    int size = format.size();
    var images = new ImageSet(name, size, size, format.channels(), pixels, labels, classes);
    return new Decoded(images.first(good), Arrays.copyOf(draws, good));
  }

  private String firstFaults() {
    String named = faults.stream().sorted().limit(NAMED_FAULTS).collect(Collectors.joining(", "));
    return (faults.size() > NAMED_FAULTS ? named + ", ..." : named).replaceAll("\\R", " ");
  }
}
