package dev.glimpse.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads IDX, the format of MNIST (<a href="http://yann.lecun.com/exdb/mnist/">LeCun, Cortes,
 * Burges</a>): big-endian, a magic number that tells the number of axes, their lengths, then the
 * bytes. Files may be gzipped, whatever their name; images may have any size.
 *
 * <p>Whatever is wrong with a file is a {@link DataException} that names the file, the byte (of the
 * unpacked data), what was expected and what was found.
 */
public final class IdxReader {
  static final int IMAGES = 0x803;
  static final int LABELS = 0x801;

  /** As a byte and as a number. */
  private static final int BYTES_PER_LABEL = 5;

  private static final int MOST_TRAILING = 1 << 16;

  private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  private static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
  private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
  private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

  /** The names of the four files of a data set, as in MNIST; each may end in {@code .gz}. */
  static final List<String> FILES = List.of(TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS);

  /** An array's leading axis is {@code sizes[0]}; {@code bytes} has their product's length. */
  private record Idx(Path file, int[] sizes, byte[] bytes) {
    int headerBytes() {
      return 4 + 4 * sizes.length;
    }
  }

  private IdxReader() {}

  /** Whether a folder holds any of the four files. */
  static boolean isIn(Path folder) {
    return FILES.stream().anyMatch(file -> Files.exists(path(folder, file)));
  }

  /**
   * Reads a folder with the four files of a data set. There are as many classes as the largest
   * training label tells; the last twelfth of the training images is the validation set.
   */
  public static Splits readFolder(Path folder) {
    List<Path> paths = find(folder, FILES);
    Idx trainLabels = readLabels(paths.get(1));
    int classes = 1;
    for (byte label : trainLabels.bytes) {
      classes = Math.max(classes, 1 + (label & 0xff));
    }
    String name = name(folder);
    ImageSet train = combine(name + " train", readImages(paths.get(0)), trainLabels, classes);
    ImageSet test =
        combine(name + " test", readImages(paths.get(2)), readLabels(paths.get(3)), classes);
    return Splits.of(train, test);
  }

  /**
   * Reads images of a folder to learn from without labels: the training images of a data set, or,
   * where not all of its four files are there, all images of the first.
   */
  static ImageSet readUnlabelled(Path folder) {
    if (FILES.stream().allMatch(file -> Files.exists(path(folder, file)))) {
      return readFolder(folder).train();
    }
    Idx images = readImages(find(folder, List.of(TRAIN_IMAGES)).get(0));
    return new ImageSet(name(folder), images.sizes[1], images.sizes[2], 1, images.bytes);
  }

  private static List<Path> find(Path folder, List<String> files) {
    String missing =
        files.stream()
            .filter(file -> !Files.exists(path(folder, file)))
            .collect(Collectors.joining(", "));
    if (!missing.isEmpty()) {
      throw new DataException(
          "%s: missing %s (looked for these names, plain or ending in .gz)"
              .formatted(folder, missing));
    }
    return files.stream().map(file -> path(folder, file)).toList();
  }

  private static Path path(Path folder, String file) {
    Path plain = folder.resolve(file);
    return Files.exists(plain) ? plain : folder.resolve(file + ".gz");
  }

  private static String name(Path folder) {
    return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
  }

  /** Reads one pair of files whose labels must lie in 0..classes-1. */
  public static ImageSet read(Path images, Path labels, int classes) {
    return combine(
        images.getFileName().toString(), readImages(images), readLabels(labels), classes);
  }

  private static ImageSet combine(String name, Idx images, Idx labels, int classes) {
    int count = images.sizes[0];
    if (labels.sizes[0] != count) {
      throw new DataException(
          labels.file,
          4,
          count + " labels, one for each image of " + images.file,
          String.valueOf(labels.sizes[0]));
    }
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = labels.bytes[i] & 0xff;
      if (values[i] >= classes) {
        throw new DataException(
            labels.file,
            labels.headerBytes() + i,
            "a label in 0.." + (classes - 1),
            String.valueOf(values[i]));
      }
    }
    return new ImageSet(name, images.sizes[1], images.sizes[2], 1, images.bytes, values, classes);
  }

  private static Idx readImages(Path file) {
    return read(file, IMAGES, "images");
  }

  private static Idx readLabels(Path file) {
    return read(file, LABELS, "labels");
  }

  private static Idx read(Path file, int magic, String what) {
    try (var raw = new BufferedInputStream(Files.newInputStream(file));
        var in = unpacked(raw)) {
      int axes = magic & 0xff;
      ByteBuffer header = ByteBuffer.wrap(readUpTo(in, 4 + 4 * axes));
      if (header.remaining() >= 4 && header.getInt(0) != magic) {
        throw new DataException(
            file,
            0,
            "the magic number 0x%08x of IDX %s".formatted(magic, what),
            "0x%08x".formatted(header.getInt(0)));
      }
      if (header.remaining() < 4 + 4 * axes) {
        throw truncated(file, 4 + 4 * axes, header.remaining());
      }
      int[] sizes = new int[axes];
      long total = 1;
      for (int axis = 0; axis < axes; axis++) {
        int offset = 4 + 4 * axis;
        sizes[axis] = header.getInt(offset);
        // The product cannot overflow a long: it is at most 2^31 before each factor below 2^31.
        total *= sizes[axis];
        if (sizes[axis] < 1 || total > Integer.MAX_VALUE - 8) {
          throw new DataException(
              file,
              offset,
              "sizes of 1 or more, and at most 2 GiB in all",
              Arrays.toString(Arrays.copyOf(sizes, axis + 1)));
        }
      }
      checkMemory(file, total, magic == LABELS ? BYTES_PER_LABEL : 1);
      byte[] bytes = readUpTo(in, (int) total);
      if (bytes.length < total) {
        throw truncated(file, header.limit() + total, (long) header.limit() + bytes.length);
      }
      // Reading to the end also makes the gzip stream check its CRC. Few packed bytes can hold
      // very many, so not all of what should not be there is read.
      int trailing = in.readNBytes(MOST_TRAILING).length;
      if (trailing > 0) {
        String found = (trailing < MOST_TRAILING ? "" : "at least ") + trailing + " more bytes";
        throw new DataException(file, header.limit() + total, "the end of the file", found);
      }
      return new Idx(file, sizes, bytes);
    } catch (ZipException | EOFException e) {
      throw new DataException(
          file + ": corrupt gzip data (" + e.getMessage() + "); fetch the file again", e);
    } catch (NoSuchFileException e) {
      throw new DataException(file + ": there is no such file", e);
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read (" + e + ")", e);
    }
  }

  /** Few packed bytes can hold very many: only as many are unpacked as there is room for. */
  private static void checkMemory(Path file, long bytes, int copies) {
    long most = Runtime.getRuntime().maxMemory() / 2;
    if (bytes > most / copies) {
      throw new DataException(
          ("%s: it would take %,d bytes, and Java has %,d in all; give it more, for example with"
                  + " GLIMPSE_JAVA_OPTIONS=-Xmx8g")
              .formatted(file, bytes * copies, 2 * most));
    }
  }

  private static InputStream unpacked(BufferedInputStream raw) throws IOException {
    raw.mark(2);
    boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
    raw.reset();
    return gzip ? new GZIPInputStream(raw, 1 << 16) : raw;
  }

  /**
   * Reads {@code count} bytes, or all there are; grows as it reads, so a false count costs little.
   */
  private static byte[] readUpTo(InputStream in, int count) throws IOException {
    byte[] bytes = new byte[Math.min(count, 1 << 20)];
    int filled = 0;
    while (filled < count) {
      if (filled == bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(count, 2L * filled));
      }
      int read;
      try {
        read = in.read(bytes, filled, bytes.length - filled);
      } catch (EOFException e) {
        // A gzip stream that was cut short; what came before counts as there.
        read = -1;
      }
      if (read < 0) {
        return Arrays.copyOf(bytes, filled);
      }
      filled += read;
    }
    return bytes;
  }

  private static DataException truncated(Path file, long expected, long found) {
    return new DataException(
        file, found, expected + " bytes in all", "the end of the file: it is truncated");
  }
}
