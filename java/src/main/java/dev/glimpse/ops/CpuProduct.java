package dev.glimpse.ops;

import static dev.glimpse.ops.Division.ceilDiv;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch.Cost;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a CPU computes a product {@code [m, k] x [k, n]}: which operands it packs, and how many rows
 * a work-item takes (see {@code kernels/gemm.cl}). No result depends on it.
 *
 * @param transposeA whether A lies as {@code [k, m]}
 * @param transposeB whether B lies as {@code [n, k]}
 * @param shared whether B is packed for all products that read it
 */
record CpuProduct(
    DeviceInfo device,
    int m,
    int n,
    int k,
    boolean transposeA,
    boolean transposeB,
    boolean shared) {
  /** The steps of k that a work-item packs at once. */
  private static final int DEPTH = 1024;

  /** As in {@code kernels/pack_strips.cl}. */
  private static final int STRIPS_PER_ITEM = 8;

  private static final int STEPS_PER_ITEM = 512;

  /**
   * A transposed B must be packed. Else it pays for products of some height whose B is too large
   * for the caches, or lies in rows a multiple of a page apart: 64 x 6272 x 128 takes 0.56 ms
   * instead of 1.27.
   */
  boolean packs() {
    return transposeB || m >= 48 && (n % 512 == 0 || (long) k * n > 1 << 19);
  }

  /**
   * Every step of a tile reads another line of a transposed A, and uses 24 bytes of it. Cut into
   * strips it pays where there are more lines than the next tile still finds in the cache: 1024 x
   * 1024 x 1000 takes 8.6 ms instead of 17; with k = 100 nothing is gained.
   */
  private boolean cutsStrips() {
    return transposeA && m >= RegisterTile.ROWS && k >= 200;
  }

  private RegisterTile tile() {
    return RegisterTile.of(device);
  }

  private boolean itemsPack() {
    return packs() && !shared;
  }

  /**
   * Into how many blocks of rows a panel's tiles are cut: enough for every core to have some, few
   * where each block would pack the panel again.
   */
  private int blocks() {
    int tiles = tile().tiles(m);
    int panels = tile().panels(n);
    int wanted = (itemsPack() ? 4 : 32) * device.computeUnits();
    int blocks = ceilDiv(wanted, panels);
    return Math.max(1, Math.min(blocks, itemsPack() ? tiles / 8 : tiles));
  }

  int rowsPerItem() {
    int tiles = tile().tiles(m);
    int blocks = blocks();
    return ceilDiv(tiles, blocks) * RegisterTile.ROWS;
  }

  List<Integer> global() {
    int rowsPerItem = rowsPerItem();
    return List.of(ceilDiv(m, rowsPerItem), tile().panels(n));
  }

  /** The panels of B, if it is packed, then the strips of A, if it is cut. */
  List<Long> workspaces() {
    var blocks = new ArrayList<Long>();
    if (packs()) {
      int rows = k > DEPTH ? DEPTH + rowsPerItem() : k;
      long rowsOfAll = shared ? k : (long) blocks() * rows;
      blocks.add(4 * rowsOfAll * tile().panels(n) * tile().columns());
    }
    if (cutsStrips()) {
      blocks.add(4L * tile().tiles(m) * RegisterTile.ROWS * k);
    }
    return blocks;
  }

  /**
   * Launches what packs the operands beforehand.
   *
   * @return A, as the product is to read it
   */
  View prepare(Site site, View a, View b) {
    if (shared) {
      packPanels(site, b);
    }
    if (!cutsStrips()) {
      return a;
    }
    Buffer strips = site.workspace(packs() ? 1 : 0);
    packStrips(site, a, strips);
    return new View(strips, m, k, 0, k);
  }

  /** Copies B to panels, each by a work-item. */
  private void packPanels(Site site, View b) {
    var defines = new LinkedHashMap<String, String>();
    tile().define(defines);
    defines.put("B_TRANSPOSED", transposeB ? "1" : "0");
    site.launch(
        site.kernel("pack_panels.cl", "pack_panels", defines),
        List.of(b.buffer(), site.workspace(0), n, k, b.offset(), b.stride()),
        List.of(tile().panels(n), 1),
        List.of(1, 1),
        new Cost(0, 2 * b.bytes()));
  }

  /** Copies a transposed A to strips, of which a work-item takes some at some steps of k. */
  private void packStrips(Site site, View a, Buffer strips) {
    int groups = ceilDiv(tile().tiles(m), STRIPS_PER_ITEM);
    site.launch(
        site.kernel("pack_strips.cl", "pack_strips", Map.of()),
        List.of(a.buffer(), strips, m, k, a.offset(), a.stride()),
        List.of(groups, ceilDiv(k, STEPS_PER_ITEM)),
        List.of(1, 1),
        new Cost(0, 2 * a.bytes()));
  }

  void define(Map<String, String> defines) {
    tile().define(defines);
    defines.put("PACK", itemsPack() ? "1" : "0");
    defines.put("PACKED", shared ? "1" : "0");
    defines.put("STRIPS", cutsStrips() ? "1" : "0");
    defines.put("SHORT", m < RegisterTile.ROWS ? "1" : "0");
  }
}
