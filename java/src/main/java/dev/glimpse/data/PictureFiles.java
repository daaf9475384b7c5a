package dev.glimpse.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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
  /** FNV-1a of 64 bits (Fowler, Noll, Vo). */
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;

  private static final long FNV_PRIME = 0x100000001b3L;

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

  /** In the order of their {@link #draw draws}. */
  PictureFiles mixed() {
    return new PictureFiles(
        root, files.stream().sorted(Comparator.comparingDouble(this::draw)).toList());
  }

  /**
   * A number in [0, 1), as if by chance, that depends on a file's place below the root alone: so it
   * stays the same whatever other files come or go.
   */
  double draw(Path file) {
    long hash = FNV_OFFSET;
    for (byte b : orderedBy(root.relativize(file)).getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ b & 0xff) * FNV_PRIME;
    }
    return (SplitMix64.at(hash, 0) >>> 11) * 0x1p-53;
  }

  /**
   * The {@link ClassNames#sorted names} of the classes; none where all files lie directly in the
   * root.
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
    return ClassNames.sorted(classes);
  }

  /** The place of every file's class among {@code classes}; null where there are none. */
  int[] labels(List<String> classes) {
    if (classes.isEmpty()) {
      return null;
    }
    var places = new HashMap<String, Integer>();
    classes.forEach(name -> places.put(name, places.size()));
    return files.stream().mapToInt(file -> places.get(top(file))).toArray();
  }

  /** The first part of a file's name: its class, if more follows. */
  private String top(Path file) {
    return root.relativize(file).getName(0).toString();
  }
}
