package dev.glimpse.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Picture files of a folder, and the labels that their places in it give them: of the pictures
 * below a folder's own sub-folders, the names of those are the classes.
 *
 * @param root the folder
 * @param files in it and below, each beginning with {@code root}
 */
record PictureFiles(Path root, List<Path> files) {
  private static final Set<String> SUFFIXES =
      Stream.of(ImageIO.getReaderFileSuffixes())
          .map(suffix -> suffix.toLowerCase(Locale.ROOT))
          .collect(Collectors.toCollection(TreeSet::new));

  /**
   * Finds all files that are named like pictures, in the same order on every system; hidden files
   * and folders are passed over.
   *
   * @throws DataException if there are none
   */
  static PictureFiles find(Path root) {
    try (var all = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
      List<Path> files =
          all.filter(file -> isPicture(root.relativize(file)) && !Files.isDirectory(file))
              .sorted(Comparator.comparing(file -> orderedBy(root.relativize(file))))
              .toList();
      if (files.isEmpty()) {
        throw new DataException(
            "%s: no pictures (names ending in %s) and no IDX files (%s)"
                .formatted(root, String.join(", ", SUFFIXES), String.join(", ", IdxReader.FILES)));
      }
      return new PictureFiles(root, files);
    } catch (IOException | UncheckedIOException e) {
      throw new DataException(root + ": cannot be searched (" + e.getMessage() + ")", e);
    }
  }

  private static boolean isPicture(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return false;
      }
    }
    String name = relative.toString().toLowerCase(Locale.ROOT);
    return name.contains(".") && SUFFIXES.contains(name.substring(name.lastIndexOf('.') + 1));
  }

  private static String orderedBy(Path relative) {
    return relative.toString().replace(relative.getFileSystem().getSeparator(), "/");
  }

  int size() {
    return files.size();
  }

  /** Those below a sub-folder, which becomes their root. */
  PictureFiles in(String folder) {
    Path below = root.resolve(folder);
    return new PictureFiles(below, files.stream().filter(f -> f.startsWith(below)).toList());
  }

  /** Those in certain places of the list. */
  PictureFiles at(IntStream places) {
    return new PictureFiles(root, places.mapToObj(files::get).toList());
  }

  /** The same in random order (Fisher and Yates). */
  PictureFiles shuffled(long seed) {
    var order = new ArrayList<>(files);
    var random = new SplitMix64().reset(seed, 0);
    for (int i = order.size() - 1; i > 0; i--) {
      Collections.swap(order, i, random.nextInt(i + 1));
    }
    return new PictureFiles(root, order);
  }

  /**
   * The names of the classes, sorted; none where all files lie directly in the root.
   *
   * @throws DataException if only some do
   */
  List<String> classes() {
    var classes = new TreeSet<String>();
    String unlabelled = null;
    for (Path file : files) {
      if (root.relativize(file).getNameCount() == 1) {
        unlabelled = top(file);
      } else {
        classes.add(top(file));
      }
    }
    if (unlabelled != null && !classes.isEmpty()) {
      throw new DataException(
          "%s: %s lies beside folders with pictures (%s), which are taken for classes; move it"
              .formatted(root, unlabelled, classes.first()));
    }
    return List.copyOf(classes);
  }

  /** The place of every file's class among {@code classes}; null where there are none. */
  int[] labels(List<String> classes) {
    return classes.isEmpty()
        ? null
        : files.stream().mapToInt(file -> Collections.binarySearch(classes, top(file))).toArray();
  }

  /** The first part of a file's name: its class, if more follows. */
  private String top(Path file) {
    return root.relativize(file).getName(0).toString();
  }
}
