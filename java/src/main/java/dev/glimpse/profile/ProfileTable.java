package dev.glimpse.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A profile as tables for a terminal. */
public final class ProfileTable {
  private static final String HEAD = " %5s %9s %9s %6s %8s %7s %6s%n";
  private static final String LINE = " %5d %9.3f %9.3f %5.1f%% %8.1f %7.1f %5.0f%%%n";

  private ProfileTable() {}

  /** The roof, a table for each grouping, and the totals. */
  public static String of(Profile profile, Roof roof, List<Grouping> groupings) {
    var text = new StringBuilder();
    add(
        text,
        "roof: %.0f GFLOP/s, %.1f GB/s (what fits the caches can be faster)%n",
        roof.flops() / 1e9,
        roof.bandwidth() / 1e9);
    for (Grouping grouping : groupings) {
      text.append(System.lineSeparator());
      addTable(text, grouping, profile, roof);
    }
    text.append(System.lineSeparator());
    add(
        text,
        "a step: %.3f ms (%.3f ms of it to enqueue); with profiling %.3f ms busy, %.3f ms in gaps"
            + " (the largest %.3f ms)%n",
        profile.wallSeconds() * 1e3,
        profile.hostSeconds() * 1e3,
        profile.busySeconds() * 1e3,
        profile.gapSeconds() * 1e3,
        profile.largestGapSeconds() * 1e3);
    add(
        text,
        "its work: %d launches, %.3f GFLOP, %.2f MB moved; arena %.2f MB%n",
        profile.launches().size(),
        profile.flops() / 1e9,
        profile.bytes() / 1e6,
        profile.arenaBytes() / 1e6);
    return text.toString();
  }

  private static void addTable(StringBuilder text, Grouping grouping, Profile profile, Roof roof) {
    var rows = new ArrayList<>(profile.rows(grouping, roof));
    rows.add(profile.total(roof));
    int width = rows.stream().mapToInt(row -> row.name().length()).max().orElseThrow();
    String name = "%-" + width + "s";
    add(text, name, grouping.name().toLowerCase(Locale.ROOT));
    add(text, HEAD, "calls", "ms/step", "best", "share", "GFLOP/s", "GB/s", "roof");
    for (Row row : rows) {
      add(text, name, row.name());
      add(
          text,
          LINE,
          row.launches(),
          row.seconds() * 1e3,
          row.bestSeconds() * 1e3,
          row.share() * 100,
          row.gflops(),
          row.gbps(),
          row.ofRoof() * 100);
    }
  }

  private static void add(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values));
  }
}
