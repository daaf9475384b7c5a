package dev.glimpse.data;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Names of classes, of which that of label k is the k-th. */
public final class ClassNames {
  private static final int LISTED = 20;

  private ClassNames() {}

  /** The names of classes that have no others: 0, 1, ... */
  public static List<String> numbers(int count) {
    return IntStream.range(0, count).mapToObj(String::valueOf).toList();
  }

  /** In the order of numbers where all are such, else of letters. */
  static List<String> sorted(Collection<String> names) {
    Comparator<String> order = Comparator.naturalOrder();
    if (names.stream().allMatch(name -> name.matches("[0-9]{1,18}"))) {
      order = Comparator.<String>comparingLong(Long::parseLong).thenComparing(order);
    }
    return names.stream().sorted(order).toList();
  }

  /** For a reader: all, or the first ones of many. */
  public static String listed(List<String> names) {
    String first = String.join(", ", names.subList(0, Math.min(LISTED, names.size())));
    return names.size() <= LISTED ? first : "%s, ... (%d)".formatted(first, names.size());
  }
}
