package dev.glimpse.bench;

import java.io.PrintWriter;

/** Rows for a terminal, printed as they come. */
final class Table {
  private static final String NAME = "%-28s";
  private static final String TIMES = " %9s %9s";
  private static final String RATES = " %7s %7s %-7s";

  private final PrintWriter out;
  private boolean begun;

  Table(PrintWriter out) {
    this.out = out;
  }

  void print(Row row) {
    if (!begun) {
      begin(row);
    }
    out.printf(NAME, row.workload().name());
    print(row.workload(), row.ours());
    if (row.theirs() != null) {
      print(row.workload(), row.theirs());
      out.printf(" %6.2f", row.ratio());
    } else if (row.peer() != null) {
      out.print("  (no counterpart)");
    }
    out.println();
    row.facts().forEach((name, value) -> out.printf("  %-26s %9s%n", name, number(value)));
    out.flush();
  }

  private void begin(Row row) {
    begun = true;
    out.printf("ours: %s%n", row.device());
    if (row.peer() != null) {
      out.printf("peer: %s%n", row.peer());
    }
    out.printf(NAME + TIMES + RATES, "", "ms", "best", "rate", "best", "");
    if (row.peer() != null) {
      out.printf(TIMES + RATES + " %6s", "peer ms", "best", "rate", "best", "", "ratio");
    }
    out.println();
  }

  private void print(Workload workload, Times times) {
    boolean computes = workload.flops() > 0;
    double work = (computes ? workload.flops() : workload.bytes()) / 1e6;
    out.printf(TIMES, "%.3f".formatted(times.median()), "%.3f".formatted(times.min()));
    out.printf(
        RATES,
        "%.1f".formatted(work / times.median()),
        "%.1f".formatted(work / times.min()),
        computes ? "GFLOP/s" : "GB/s");
  }

  private static String number(double value) {
    return value == Math.rint(value) ? "%,d".formatted((long) value) : "%.3f".formatted(value);
  }
}
