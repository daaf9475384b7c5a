package dev.glimpse.ops;

import static dev.glimpse.ops.Division.ceilDiv;
import static dev.glimpse.ops.Division.roundUp;

import dev.glimpse.device.DeviceInfo;
import java.util.List;
import java.util.Map;

/**
 * How a GPU sums over the rows of a matrix: work-groups of {@code kernels/column_group.h}, each for
 * some columns of a block of rows. There are as many blocks as keep the device busy, but each item
 * has some rows to itself.
 *
 * @param width the columns of a work-group, a power of two
 */
record ColumnGroups(int rows, int columns, int width, int rowsPerBlock) {
  private static final int ITEMS = 256;
  private static final int WIDEST = 32;
  private static final int GROUPS_PER_UNIT = 2;
  private static final int FEWEST_ROWS_OF_AN_ITEM = 8;

  static ColumnGroups of(DeviceInfo device, int rows, int columns) {
    int width = width(columns);
    int wanted = GROUPS_PER_UNIT * device.computeUnits() / ceilDiv(columns, width);
    int fewest = FEWEST_ROWS_OF_AN_ITEM * (ITEMS / width);
    return new ColumnGroups(
        rows, columns, width, Math.max(fewest, ceilDiv(rows, Math.max(1, wanted))));
  }

  /** All rows as one block. */
  static ColumnGroups whole(int rows, int columns) {
    return new ColumnGroups(rows, columns, width(columns), rows);
  }

  private static int width(int columns) {
    int width = 1;
    while (width < columns && width < WIDEST) {
      width *= 2;
    }
    return width;
  }

  int blocks() {
    return ceilDiv(rows, rowsPerBlock);
  }

  /** The size of a sum for each column of each block. */
  long bytes() {
    return 4L * blocks() * columns;
  }

  Map<String, String> defines() {
    return Map.of("GROUP_COLUMNS", String.valueOf(width));
  }

  /** The work-items, for so many blocks of rows. */
  List<Integer> global(int blocks) {
    return List.of(roundUp(columns, width), blocks * ITEMS / width);
  }

  List<Integer> local() {
    return List.of(width, ITEMS / width);
  }
}
