package dev.glimpse.ops;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Kernel;
import dev.glimpse.device.Launch.Cost;
import dev.glimpse.device.LibraryCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * The product of two matrices, each taken as it lies or transposed, and the pointwise chain that
 * follows it: {@code [M, K] x [K, N] -> [M, N]}. Leading axes of an operand count as rows.
 *
 * @param epilogue what becomes of the product before it is stored
 * @param columnSum whether there is one more output, the sums of B's columns {@code [N]}
 * @param sharedPanels whether B is packed by a launch of its own, for all products that read it
 */
public record MatMul(
    boolean transposeA, boolean transposeB, Chain epilogue, boolean columnSum, boolean sharedPanels)
    implements EpilogueHost, ColumnSumHost {
  /** The steps of k that are packed at once: DEPTH of {@code kernels/gemm.cl}. */
  private static final int DEPTH = 1024;

  public MatMul(boolean transposeA, boolean transposeB) {
    this(transposeA, transposeB, Chain.STORE, false, false);
  }

  @Override
  public String name() {
    return "matmul" + (transposeA ? "T" : "N") + (transposeB ? "T" : "N");
  }

  @Override
  public Op with(Chain chain) {
    return new MatMul(transposeA, transposeB, chain, columnSum, sharedPanels);
  }

  @Override
  public int summed() {
    return 1;
  }

  @Override
  public boolean sumsColumns() {
    return !transposeB && !sharedPanels;
  }

  @Override
  public Op withColumnSum() {
    return new MatMul(transposeA, false, epilogue, true, sharedPanels);
  }

  /** Whether this product would pack B, and might share it with others. */
  public boolean packs(DeviceInfo device, List<Shape> inputs) {
    return device.kind().isCpu()
        && !columnSum
        && !sharedPanels
        && packs(geometry(inputs.get(0), inputs.get(1)));
  }

  /** The same product, of a B that is packed once for all that read it. */
  public MatMul withSharedPanels() {
    return new MatMul(transposeA, transposeB, epilogue, columnSum, true);
  }

  @Override
  public Optional<Preparation> preparation(DeviceInfo device, List<Shape> inputs) {
    return sharedPanels
        ? Optional.of(new Preparation(1, transposeB ? "columns" : "rows"))
        : Optional.empty();
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    Shape a = inputs.get(0);
    Shape b = inputs.get(1);
    int k = transposeA ? a.rows() : a.columns();
    int kOfB = transposeB ? b.columns() : b.rows();
    if (k != kOfB) {
      throw new ShapeException("inner dimensions are " + k + " and " + kOfB);
    }
    int n = transposeB ? b.rows() : b.columns();
    return List.of(transposeA ? Shape.of(a.columns(), n) : a.withColumns(n));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    Tensor a = node.inputs().get(0);
    Tensor b = node.inputs().get(1);
    Tensor dc = dy.get(0);
    Tensor da =
        transposeA
            ? Tensor.of(new MatMul(transposeB, true), b, dc)
            : Tensor.of(new MatMul(false, !transposeB), dc, b);
    return List.of(Ops.reshape(da, a.shape()), Ops.reshape(gradientByB(a, b, dc), b.shape()));
  }

  private Tensor gradientByB(Tensor a, Tensor b, Tensor dc) {
    if (transposeB) {
      return Tensor.of(new MatMul(true, transposeA), dc, a);
    }
    if (!transposeA && b.shape().columns() == 1) {
      // As a row: a column would leave most of each vector unused.
      Tensor row = Ops.reshape(dc, Shape.of(1, dc.shape().rows()));
      Tensor rows = Ops.reshape(a, Shape.of(a.shape().rows(), a.shape().columns()));
      return Tensor.of(new MatMul(false, false), row, rows);
    }
    return Tensor.of(new MatMul(!transposeA, false), a, dc);
  }

  @Override
  public boolean readsStrided() {
    return true;
  }

  @Override
  public boolean writesStrided(int output) {
    return output < epilogue.outputs().size();
  }

  @Override
  public List<Long> workspaces(DeviceInfo device, List<Shape> inputs) {
    Geometry size = geometry(inputs.get(0), inputs.get(1));
    if (device.libraries().contains(LibraryCall.Kind.GEMM)) {
      return epilogue.equals(Chain.STORE) ? List.of() : List.of(4L * size.m * size.n);
    }
    if (!device.kind().isCpu() || !packs(size)) {
      return List.of();
    }
    RegisterTile tile = RegisterTile.of(device);
    if (sharedPanels) {
      return List.of(4L * tile.panels(size.n) * tile.columns() * size.k);
    }
    long items = (long) tile.panels(size.n) * size.blocks(device, true);
    int rows = size.k > DEPTH ? DEPTH + size.rowsPerItem(device, true) : size.k;
    return List.of(4 * items * tile.columns() * rows);
  }

  /** The extents of a product. */
  private record Geometry(int m, int n, int k) {
    /**
     * Into how many blocks of rows a panel's tiles are cut: enough for every core to have some, few
     * where each block would pack the panel again.
     */
    int blocks(DeviceInfo device, boolean packed) {
      int tiles = RegisterTile.of(device).tiles(m);
      int panels = RegisterTile.of(device).panels(n);
      int wanted = (packed ? 4 : 32) * device.computeUnits();
      int blocks = (wanted + panels - 1) / panels;
      return Math.max(1, Math.min(blocks, packed ? tiles / 8 : tiles));
    }

    int rowsPerItem(DeviceInfo device, boolean packed) {
      int tiles = RegisterTile.of(device).tiles(m);
      int blocks = blocks(device, packed);
      return (tiles + blocks - 1) / blocks * RegisterTile.ROWS;
    }
  }

  private Geometry geometry(Shape a, Shape b) {
    int m = transposeA ? a.columns() : a.rows();
    int k = transposeA ? a.rows() : a.columns();
    return new Geometry(m, transposeB ? b.rows() : b.columns(), k);
  }

  /**
   * A transposed B must be packed. Else it pays for products of some height whose B is too large
   * for the caches, or lies in rows a multiple of a page apart: 64 x 6272 x 128 takes 0.56 ms
   * instead of 1.27.
   */
  private boolean packs(Geometry size) {
    return transposeB || size.m >= 48 && (size.n % 512 == 0 || (long) size.k * size.n > 1 << 19);
  }

  @Override
  public void lower(Site site) {
    View a = site.input(0);
    View b = site.input(1);
    int m = transposeA ? a.columns() : a.rows();
    int k = transposeA ? a.rows() : a.columns();
    int n = transposeB ? b.rows() : b.columns();
    var size = new Geometry(m, n, k);
    var in = new ArrayList<View>();
    for (int i = 1; i < epilogue.inputs(); i++) {
      in.add(site.input(1 + i));
    }
    var out = new ArrayList<View>();
    for (int o = 0; o < epilogue.outputs().size(); o++) {
      out.add(site.output(o));
    }
    if (site.device().libraries().contains(LibraryCall.Kind.GEMM)) {
      call(site, size, in, out);
      return;
    }
    Chain.Rendered rendered = epilogue.render(true, in, out, m, n);
    var defines = new LinkedHashMap<>(rendered.defines());
    defines.remove("CHAIN_SUMS");
    defines.remove("CHAIN_STORE_SUMS");
    defines.put("COLUMN_SUMS", columnSum ? "1" : "0");
    defines.put("A_TRANSPOSED", transposeA ? "1" : "0");
    defines.put("B_TRANSPOSED", transposeB ? "1" : "0");
    var arguments = new ArrayList<Object>(rendered.arguments());
    arguments.add(a.buffer());
    arguments.add(b.buffer());
    boolean cpu = site.device().kind().isCpu();
    boolean packed = cpu && packs(size);
    if (packed) {
      arguments.add(site.workspace(0));
    }
    if (sharedPanels) {
      pack(site, b, size);
    }
    if (columnSum) {
      arguments.add(site.output(out.size()).buffer());
    }
    arguments.addAll(List.of(m, n, k, a.offset(), a.stride(), b.offset(), b.stride()));
    List<Integer> global;
    if (cpu) {
      var tile = RegisterTile.of(site.device());
      tile.define(defines);
      defines.put("PACK", packed && !sharedPanels ? "1" : "0");
      defines.put("PACKED", sharedPanels ? "1" : "0");
      defines.put("SHORT", m < RegisterTile.ROWS ? "1" : "0");
      int rowsPerItem = size.rowsPerItem(site.device(), packed && !sharedPanels);
      arguments.add(rowsPerItem);
      global = List.of((m + rowsPerItem - 1) / rowsPerItem, tile.panels(n));
    } else {
      var tile = GroupTile.of(site.device(), m, n, 1);
      tile.define(defines);
      global = tile.global(m, n, 1);
    }
    Kernel kernel = site.kernel("gemm.cl", "gemm", defines);
    long bytes = a.bytes() + b.bytes();
    for (View view : in) {
      bytes += view.bytes();
    }
    for (View view : out) {
      bytes += view.bytes();
    }
    long elements = (long) m * n;
    site.launch(
        kernel,
        arguments,
        global,
        cpu ? List.of(1, 1) : List.of(GroupTile.SIDE, GroupTile.SIDE),
        new Cost(elements * (2L * k + epilogue.flops()), bytes));
  }

  /**
   * A vendor's library computes the product, with the epilogue where it takes that one; else a
   * launch of its own does, as for the columns' sums.
   */
  private void call(Site site, Geometry size, List<View> in, List<View> out) {
    Optional<LibraryCall> whole =
        LinearEpilogue.of(epilogue, in, size.m, size.n)
            .map(linear -> gemm(site, size, out.get(0), linear, View.bytes(in)))
            .filter(call -> epilogue.equals(Chain.STORE) || site.accepts(call));
    if (whole.isPresent()) {
      site.call(whole.get());
    } else {
      View product = new View(site.workspace(0), size.m, size.n, 0, size.n);
      site.call(gemm(site, size, product, LibraryCall.Epilogue.NONE, 0));
      var operands = new ArrayList<>(List.of(product));
      operands.addAll(in);
      FusedPointwise.launch(site, epilogue, operands, out);
    }
  }

  private LibraryCall gemm(
      Site site, Geometry size, View c, LibraryCall.Epilogue linear, long bytesOfOperands) {
    View a = site.input(0);
    View b = site.input(1);
    return new LibraryCall.Gemm(
        transposeA,
        transposeB,
        size.m,
        size.n,
        size.k,
        LinearEpilogue.matrix(a),
        LinearEpilogue.matrix(b),
        LinearEpilogue.matrix(c),
        linear,
        new Cost(
            2L * size.m * size.n * size.k, a.bytes() + b.bytes() + c.bytes() + bytesOfOperands),
        site.scope());
  }

  /** Copies B to panels, each by a work-item. */
  private void pack(Site site, View b, Geometry size) {
    RegisterTile tile = RegisterTile.of(site.device());
    var defines = new LinkedHashMap<String, String>();
    tile.define(defines);
    defines.put("B_TRANSPOSED", transposeB ? "1" : "0");
    site.launch(
        site.kernel("pack_panels.cl", "pack_panels", defines),
        List.of(b.buffer(), site.workspace(0), size.n, size.k, b.offset(), b.stride()),
        List.of(tile.panels(size.n), 1),
        List.of(1, 1),
        new Cost(0, 2 * b.bytes()));
  }
}
