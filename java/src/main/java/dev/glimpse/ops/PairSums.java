package dev.glimpse.ops;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch.Cost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The launches of {@code kernels/normalize.cl}: two sums per column, by blocks of rows, and what is
 * made of them.
 */
record PairSums(int rows, int columns, int rowsPerBlock) {
  private static final int BLOCKS_PER_UNIT = 8;
  private static final int FEWEST_ROWS = 16;
  private static final int GPU_COLUMNS = 64;
  private static final int GPU_ROWS = 4;

  static PairSums of(DeviceInfo device, Shape x) {
    int wanted = BLOCKS_PER_UNIT * device.computeUnits();
    int perBlock = Math.max(FEWEST_ROWS, (x.rows() + wanted - 1) / wanted);
    return new PairSums(x.rows(), x.columns(), perBlock);
  }

  int blocks() {
    return (rows + rowsPerBlock - 1) / rowsPerBlock;
  }

  long partBytes() {
    return 8L * blocks() * columns;
  }

  /** The sums of each block, into workspace 0. */
  void launch(Site site, Map<String, String> defines, List<Object> operands, Cost cost) {
    boolean cpu = site.device().kind().isCpu();
    var arguments = new ArrayList<>(operands);
    arguments.addAll(List.of(site.workspace(0), rows, columns, rowsPerBlock));
    site.launch(
        site.kernel("normalize.cl", "pair_sums", defines),
        arguments,
        cpu ? List.of(blocks(), 1) : List.of(columnGroups(), blocks() * GPU_ROWS),
        cpu ? List.of(1, 1) : List.of(GPU_COLUMNS, GPU_ROWS),
        cost);
  }

  /** What all blocks give together. */
  void combine(Site site, String entry, Map<String, String> defines, List<Object> arguments) {
    boolean cpu = site.device().kind().isCpu();
    site.launch(
        site.kernel("normalize.cl", entry, defines),
        arguments,
        List.of(cpu ? 1 : columnGroups(), 1),
        List.of(cpu ? 1 : GPU_COLUMNS, 1),
        new Cost(2L * blocks() * columns, partBytes()));
  }

  private int columnGroups() {
    return (columns + GPU_COLUMNS - 1) / GPU_COLUMNS * GPU_COLUMNS;
  }
}
