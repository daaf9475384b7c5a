package dev.glimpse.ops;

import static dev.glimpse.ops.Division.ceilDiv;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch.Cost;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The launches of {@code kernels/normalize.cl}: two sums per column, by blocks of rows, and what is
 * made of them.
 */
record PairSums(int rows, int columns, int rowsPerBlock, Optional<ColumnGroups> groups) {
  private static final int BLOCKS_PER_UNIT = 8;
  private static final int FEWEST_ROWS = 16;

  static PairSums of(DeviceInfo device, Shape x) {
    if (!device.kind().isCpu()) {
      ColumnGroups groups = ColumnGroups.of(device, x.rows(), x.columns());
      return new PairSums(x.rows(), x.columns(), groups.rowsPerBlock(), Optional.of(groups));
    }
    int wanted = BLOCKS_PER_UNIT * device.computeUnits();
    int perBlock = Math.max(FEWEST_ROWS, ceilDiv(x.rows(), wanted));
    return new PairSums(x.rows(), x.columns(), perBlock, Optional.empty());
  }

  int blocks() {
    return ceilDiv(rows, rowsPerBlock);
  }

  long partBytes() {
    return 8L * blocks() * columns;
  }

  /** The sums of each block, into workspace 0. */
  void launch(Site site, Map<String, String> defines, List<Object> operands, Cost cost) {
    var arguments = new ArrayList<>(operands);
    arguments.addAll(List.of(site.workspace(0), rows, columns, rowsPerBlock));
    launch(site, "pair_sums", defines, arguments, blocks(), cost);
  }

  /** What all blocks give together. */
  void combine(Site site, String entry, Map<String, String> defines, List<Object> arguments) {
    launch(site, entry, defines, arguments, 1, new Cost(2L * blocks() * columns, partBytes()));
  }

  private void launch(
      Site site,
      String entry,
      Map<String, String> defines,
      List<Object> arguments,
      int count,
      Cost cost) {
    var all = new HashMap<>(defines);
    groups.ifPresent(g -> all.putAll(g.defines()));
    site.launch(
        site.kernel("normalize.cl", entry, all),
        arguments,
        groups.map(g -> g.global(count)).orElse(List.of(count, 1)),
        groups.map(ColumnGroups::local).orElse(List.of(1, 1)),
        cost);
  }
}
