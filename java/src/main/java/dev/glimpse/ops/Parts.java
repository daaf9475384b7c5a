package dev.glimpse.ops;

import static dev.glimpse.ops.Division.ceilDiv;
import static dev.glimpse.ops.Division.roundUp;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Launch.Cost;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The parts of a product whose steps were divided into shares, {@code [shares, rows, columns]}
 * floats, padding included: a work-group computes a tile of one share's part, and a launch of its
 * own adds them in order.
 */
record Parts(int shares, int rows, int columns) {
  private static final int CPU_ROWS = 16;
  private static final int GPU_GROUP = 64;

  long bytes() {
    return 4L * shares * rows * columns;
  }

  /**
   * Appends the sum, {@code [rows, columns]} as it lies in the parts.
   *
   * @param chain what becomes of it
   * @param flops of the chain, for all elements
   */
  void sum(Site site, Buffer parts, Chain.Rendered chain, long flops, int rows, int columns) {
    launch(site, parts, chain, flops, rows, columns, 0);
  }

  /**
   * Appends the sum of parts that have a row for each tap and channel and a column for each field,
   * as {@code [taps, fields, channels]}: of rows for taps and fields.
   */
  void sumTurned(
      Site site,
      Buffer parts,
      Chain.Rendered chain,
      long flops,
      int rows,
      int columns,
      int fields) {
    launch(site, parts, chain, flops, rows, columns, fields);
  }

  private void launch(
      Site site,
      Buffer parts,
      Chain.Rendered chain,
      long flops,
      int rows,
      int columns,
      int fields) {
    var defines = new LinkedHashMap<>(chain.defines());
    defines.put("FIELD_FIRST", fields > 0 ? "1" : "0");
    boolean cpu = site.device().kind().isCpu();
    int rowsPerItem = cpu ? CPU_ROWS : 1;
    var arguments = new ArrayList<Object>(chain.arguments());
    arguments.addAll(
        List.of(parts, shares, this.rows, this.columns, rows, columns, fields, rowsPerItem));
    long elements = (long) rows * columns;
    site.launch(
        site.kernel("sum_shares.cl", "sum_shares", defines),
        arguments,
        List.of(cpu ? 1 : roundUp(columns, GPU_GROUP), ceilDiv(rows, rowsPerItem)),
        List.of(cpu ? 1 : GPU_GROUP, 1),
        new Cost(elements * shares + flops, bytes() + 4L * elements));
  }
}
