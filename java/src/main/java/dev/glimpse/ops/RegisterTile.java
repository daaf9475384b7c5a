package dev.glimpse.ops;

import static dev.glimpse.ops.Division.ceilDiv;

import dev.glimpse.device.DeviceInfo;
import java.util.Map;

/**
 * The tile of a product that a CPU work-item keeps in registers (see {@code kernels/tile.h}).
 *
 * @param lanes floats in a vector register
 */
record RegisterTile(int lanes) {
  static final int ROWS = 6;

  static RegisterTile of(DeviceInfo device) {
    return new RegisterTile(device.lanes());
  }

  /** The width of a panel of B: two registers. */
  int columns() {
    return 2 * lanes;
  }

  /** Into how many panels columns are cut. */
  int panels(int columns) {
    return ceilDiv(columns, columns());
  }

  /** Into how many tiles rows are cut. */
  int tiles(int rows) {
    return ceilDiv(rows, ROWS);
  }

  void define(Map<String, String> defines) {
    defines.put("LANES", String.valueOf(lanes));
  }
}
