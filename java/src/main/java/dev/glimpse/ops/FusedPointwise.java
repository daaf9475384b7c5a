package dev.glimpse.ops;

import static dev.glimpse.ops.Division.ceilDiv;

import dev.glimpse.device.Launch.Cost;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * A whole chain in one launch. Made by the plan compiler out of {@link Pointwise} and {@link
 * RowSum}; it comes after the gradients and has none.
 *
 * @param domain the shape over which the chain runs, to which its inputs are broadcast: no operand
 *     need have it where the chain only sums
 */
public record FusedPointwise(Chain chain, Shape domain) implements Op {
  /** Elements that a CPU work-item computes at least: enough to hide what a work-group costs. */
  private static final int CPU_ELEMENTS = 2048;

  private static final int GPU_GROUP = 256;
  private static final int GPU_WIDEST = 64;

  /** The work-group that sums a row, unless it is long. */
  private static final int GPU_ROW_GROUP = 64;

  private static final int GPU_LONG = 512;

  /** So many elements keep a GPU busy even if each item computes several. */
  private static final int GPU_MANY = 1 << 20;

  private static final int GPU_PER_ITEM = 4;

  @Override
  public String name() {
    return chain.sums().isEmpty() ? "pointwise" : "pointwise+sum";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    throw new IllegalStateException("only the plan compiler makes fused chains");
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    throw new IllegalStateException("gradients come before fusion");
  }

  @Override
  public boolean readsStrided() {
    return true;
  }

  @Override
  public boolean writesStrided(int output) {
    return output < chain.outputs().size();
  }

  @Override
  public void lower(Site site) {
    var in = new ArrayList<View>();
    var out = new ArrayList<View>();
    for (int i = 0; i < chain.inputs(); i++) {
      in.add(site.input(i));
    }
    int stored = chain.outputs().size();
    for (int o = 0; o < stored + chain.sums().size(); o++) {
      out.add(site.output(o));
    }
    launch(site, chain, domain.rows(), domain.columns(), in, out);
  }

  /**
   * The launch of a chain that another op needs behind its own, over its first result. The lists
   * are its to change.
   */
  static void launch(Site site, Chain chain, List<View> in, List<View> out) {
    launch(site, chain, out.get(0).rows(), out.get(0).columns(), in, out);
  }

  private static void launch(
      Site site, Chain chain, int rows, int columns, List<View> in, List<View> out) {
    long size = (long) rows * columns;
    if (chain.sums().isEmpty() && flat(in, out, size)) {
      rows = 1;
      columns = (int) size;
      in.replaceAll(FusedPointwise::asRow);
      out.replaceAll(FusedPointwise::asRow);
    }
    long bytes = 0;
    for (View view : in) {
      bytes += view.bytes();
    }
    for (View view : out) {
      bytes += view.bytes();
    }
    Chain.Rendered rendered = chain.render(false, in, out, rows, columns);
    var arguments = new ArrayList<Object>(rendered.arguments());
    arguments.addAll(List.of(rows, columns));
    var defines = new LinkedHashMap<>(rendered.defines());
    defines.remove("CHAIN_ARGUMENTS");
    boolean sums = !chain.sums().isEmpty();
    boolean cpu = site.device().kind().isCpu();
    List<Integer> global;
    int group = 1;
    if (cpu) {
      int columnsPerItem = sums ? columns : Math.min(columns, CPU_ELEMENTS);
      // Leave work for every core even where it is little.
      int rowsPerItem =
          Math.min(
              Math.max(1, CPU_ELEMENTS / columns), ceilDiv(rows, 2 * site.device().computeUnits()));
      arguments.addAll(List.of(rowsPerItem, columnsPerItem));
      global = List.of(ceilDiv(columns, columnsPerItem), ceilDiv(rows, rowsPerItem));
    } else {
      group = sums && columns <= GPU_LONG ? GPU_ROW_GROUP : GPU_GROUP;
      int perItem = !sums && size >= GPU_MANY ? GPU_PER_ITEM : 1;
      int logWidth = logWidth(rows, columns);
      int width = 1 << logWidth;
      int height = group / width;
      int across = rows == 1 ? ceilDiv(columns, perItem) : columns;
      int down = rows == 1 ? 1 : ceilDiv(rows, perItem);
      arguments.addAll(List.of(logWidth, height));
      defines.put("GROUP", String.valueOf(group));
      defines.put("PER_ITEM", String.valueOf(perItem));
      defines.put("ALONG_COLUMNS", rows == 1 && perItem > 1 ? "1" : "0");
      global =
          sums
              ? List.of(group, rows)
              : List.of(ceilDiv(across, width) * group, ceilDiv(down, height));
    }
    site.launch(
        site.kernel("pointwise.cl", "pointwise", defines),
        arguments,
        global,
        List.of(group, 1),
        new Cost(chain.flops() * size, bytes));
  }

  /** Of the columns of a GPU's work-group: all of it where there is but one row. */
  private static int logWidth(int rows, int columns) {
    int most = rows == 1 ? GPU_GROUP : GPU_WIDEST;
    int log = 0;
    while (1 << log < columns && 1 << log < most) {
      log++;
    }
    return log;
  }

  /** Whether every operand is a scalar or lies whole and contiguous. */
  private static boolean flat(List<View> in, List<View> out, long size) {
    var all = new ArrayList<>(in);
    all.addAll(out);
    return all.stream().allMatch(v -> v.size() == size && v.contiguous() || v.size() == 1);
  }

  private static View asRow(View view) {
    return new View(view.buffer(), 1, view.size(), view.offset(), view.size());
  }
}
