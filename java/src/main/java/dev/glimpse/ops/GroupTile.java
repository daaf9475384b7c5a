package dev.glimpse.ops;

import static dev.glimpse.ops.Division.ceilDiv;

import dev.glimpse.device.DeviceInfo;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The tile of a product that a work-group of a GPU computes (see {@code kernels/group_tile.h}). No
 * result depends on it.
 *
 * @param rows 32, 64 or 128
 * @param columns 32, 64 or 128
 */
record GroupTile(int rows, int columns) {
  /** The side of a work-group, in items. */
  static final int SIDE = 16;

  /** So many tiles of {@link #SHARED_TILE} keep a GPU busy. */
  private static final int GROUPS = 256;

  private static final int SHARED_TILE = 64;

  /** With fewer steps, a share would be done before it is worth its part of the result. */
  private static final int STEPS_PER_SHARE = 128;

  /** Wide ones beside the tall would make more programs, and few products faster. */
  static final List<GroupTile> ALL =
      List.of(
          new GroupTile(128, 128),
          new GroupTile(128, 64),
          new GroupTile(64, 64),
          new GroupTile(64, 32),
          new GroupTile(32, 32));

  /**
   * The tile with which a device is done first: a large one loads less for every multiplication, a
   * small one leaves fewer multiprocessors idle. Among equals the larger.
   *
   * @param count products of that size in one launch
   */
  static GroupTile of(DeviceInfo device, int rows, int columns, int count) {
    return ALL.stream()
        .min(Comparator.comparingLong(tile -> tile.steps(device, rows, columns, count)))
        .orElseThrow();
  }

  /**
   * How long one step of k takes: the groups that a multiprocessor computes one after another,
   * times the instructions of an item. Beside a multiplication for each of its results it has about
   * one for each element that it loads: counted in the code for an H100, 76, 23 and 9 for square
   * tiles.
   */
  private long steps(DeviceInfo device, int rows, int columns, int count) {
    long groups = (long) groupsOfRows(rows) * groupsOfColumns(columns) * count;
    int units = Math.max(1, device.computeUnits());
    int m = this.rows / SIDE;
    int n = this.columns / SIDE;
    return ceilDiv(groups, units) * (m * n + m + n);
  }

  /**
   * Into how many shares the steps of a product are to be divided, so that its groups fill a GPU.
   * By its size alone: the shares decide in which order is summed.
   */
  static int shares(int rows, int columns, int steps) {
    int tiles = ceilDiv(rows, SHARED_TILE) * ceilDiv(columns, SHARED_TILE);
    int most = Math.max(1, Math.min(GROUPS / tiles, steps / STEPS_PER_SHARE));
    // None of them shall be empty.
    return ceilDiv(steps, ceilDiv(steps, most));
  }

  /** Into how many tiles rows are cut. */
  int groupsOfRows(int rows) {
    return ceilDiv(rows, this.rows);
  }

  /** Into how many tiles columns are cut. */
  int groupsOfColumns(int columns) {
    return ceilDiv(columns, this.columns);
  }

  /** The launch of {@code count} products. */
  List<Integer> global(int rows, int columns, int count) {
    return List.of(groupsOfColumns(columns) * SIDE, groupsOfRows(rows) * count * SIDE);
  }

  void define(Map<String, String> defines) {
    defines.put("TILE_M", String.valueOf(rows));
    defines.put("TILE_N", String.valueOf(columns));
  }
}
