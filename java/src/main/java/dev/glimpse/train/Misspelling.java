package dev.glimpse.train;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What a name that nobody knows may have been meant for. */
public final class Misspelling {
  private Misspelling() {}

  /** In words: the nearest of the names there are, or all of them where none is near. */
  public static String remedy(String name, Collection<String> names) {
    return nearest(name, names)
        .map(other -> "did you mean " + other + "?")
        .orElse("there are " + String.join(", ", names));
  }

  /** {@code train.lr} for {@code lr}, or half of its letters. */
  private static Optional<String> nearest(String name, Collection<String> names) {
    return names.stream()
        .filter(other -> other.endsWith("." + name))
        .findFirst()
        .or(
            () ->
                names.stream()
                    // First what costs nothing: a file may name anything, at any length.
                    .filter(other -> name.length() <= 2 * other.length())
                    .filter(other -> 2 * distance(name, other) <= name.length())
                    .min(Comparator.comparingInt(other -> distance(name, other))));
  }

  /**
   * The edit distance of Damerau, by optimal string alignment: neighbours that change places are
   * one edit.
   */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(d[i - 1][j - 1] + change, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
