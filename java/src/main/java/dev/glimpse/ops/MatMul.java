package dev.glimpse.ops;

import static dev.glimpse.ops.Division.ceilDiv;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch.Cost;
import dev.glimpse.device.LibraryCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  /** In the time of one more launch a GPU's group would do about so many steps of k. */
  private static final int STEPS_OF_A_LAUNCH = 256;

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
        && onCpu(device, extents(inputs.get(0), inputs.get(1))).packs();
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
    Extents size = extents(inputs.get(0), inputs.get(1));
    if (device.libraries().contains(LibraryCall.Kind.GEMM)) {
      return epilogue.equals(Chain.STORE) ? List.of() : List.of(4L * size.m * size.n);
    }
    if (device.kind().isCpu()) {
      return onCpu(device, size).workspaces();
    }
    return size.shares() > 1 ? List.of(size.parts().bytes()) : List.of();
  }

  private record Extents(int m, int n, int k) {
    /** Into how many shares a GPU divides the steps: where that is worth the launch of the sum. */
    int shares() {
      int shares = GroupTile.shares(m, n, k);
      return k - k / shares < STEPS_OF_A_LAUNCH ? 1 : shares;
    }

    Parts parts() {
      return new Parts(shares(), m, n);
    }
  }

  private Extents extents(Shape a, Shape b) {
    int m = transposeA ? a.columns() : a.rows();
    int k = transposeA ? a.rows() : a.columns();
    return new Extents(m, transposeB ? b.rows() : b.columns(), k);
  }

  private CpuProduct onCpu(DeviceInfo device, Extents size) {
    return new CpuProduct(device, size.m, size.n, size.k, transposeA, transposeB, sharedPanels);
  }

  @Override
  public void lower(Site site) {
    Extents size = extents(site.inputShape(0), site.inputShape(1));
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
    } else if (site.device().kind().isCpu()) {
      launchOnCpu(site, size, in, out);
    } else {
      launchOnGpu(site, size, in, out);
    }
  }

  private void launchOnCpu(Site site, Extents size, List<View> in, List<View> out) {
    View b = site.input(1);
    CpuProduct onCpu = onCpu(site.device(), size);
    View a = onCpu.prepare(site, site.input(0), b);
    Chain.Rendered rendered = epilogue.render(true, in, out, size.m, size.n);
    Map<String, String> defines = defines(rendered.defines());
    defines.put("COLUMN_SUMS", columnSum ? "1" : "0");
    onCpu.define(defines);
    var arguments = new ArrayList<Object>(rendered.arguments());
    arguments.addAll(List.of(a.buffer(), b.buffer()));
    if (onCpu.packs()) {
      arguments.add(site.workspace(0));
    }
    if (columnSum) {
      arguments.add(site.output(out.size()).buffer());
    }
    arguments.addAll(extents(size, a, b));
    arguments.add(onCpu.rowsPerItem());
    long flops = (2L * size.k + epilogue.flops()) * size.m * size.n;
    long bytes = a.bytes() + b.bytes() + View.bytes(in) + View.bytes(out);
    site.launch(
        site.kernel("gemm.cl", "gemm", defines),
        arguments,
        onCpu.global(),
        List.of(1, 1),
        new Cost(flops, bytes));
  }

  private void launchOnGpu(Site site, Extents size, List<View> in, List<View> out) {
    View a = site.input(0);
    View b = site.input(1);
    Chain.Rendered rendered = epilogue.render(true, in, out, size.m, size.n);
    Parts parts = size.parts();
    int shares = parts.shares();
    boolean divided = shares > 1;
    var tile = GroupTile.of(site.device(), size.m, size.n, shares);
    Map<String, String> defines = defines(divided ? Map.of() : rendered.defines());
    tile.define(defines);
    var arguments = new ArrayList<Object>();
    arguments.addAll(divided ? List.of(site.workspace(0)) : rendered.arguments());
    arguments.addAll(List.of(a.buffer(), b.buffer()));
    arguments.addAll(extents(size, a, b));
    arguments.addAll(List.of(tile.groupsOfRows(size.m), ceilDiv(size.k, shares)));
    long flops = 2L * size.m * size.n * size.k;
    long flopsOfChain = (long) size.m * size.n * epilogue.flops();
    long bytes = a.bytes() + b.bytes();
    site.launch(
        site.kernel("gemm.cl", "gemm", defines),
        arguments,
        tile.global(size.m, size.n, shares),
        List.of(GroupTile.SIDE, GroupTile.SIDE),
        divided
            ? new Cost(flops, bytes + parts.bytes())
            : new Cost(flops + flopsOfChain, bytes + View.bytes(in) + View.bytes(out)));
    if (divided) {
      parts.sum(site, site.workspace(0), rendered, flopsOfChain, size.m, size.n);
    }
  }

  private Map<String, String> defines(Map<String, String> ofChain) {
    var defines = new LinkedHashMap<>(ofChain);
    defines.remove("CHAIN_SUMS");
    defines.remove("CHAIN_STORE_SUMS");
    defines.put("A_TRANSPOSED", transposeA ? "1" : "0");
    defines.put("B_TRANSPOSED", transposeB ? "1" : "0");
    return defines;
  }

  private static List<Integer> extents(Extents size, View a, View b) {
    return List.of(size.m, size.n, size.k, a.offset(), a.stride(), b.offset(), b.stride());
  }

  /**
   * A vendor's library computes the product, with the epilogue where it takes that one; else a
   * launch of its own does, as for the columns' sums.
   */
  private void call(Site site, Extents size, List<View> in, List<View> out) {
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
      Site site, Extents size, View c, LibraryCall.Epilogue linear, long bytesOfOperands) {
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
}
