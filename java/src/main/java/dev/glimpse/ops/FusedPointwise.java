package dev.glimpse.ops;

import dev.glimpse.device.Launch.Cost;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * A whole chain in one launch. Made by the plan compiler out of {@link Pointwise} and {@link
 * RowSum}; it comes after the gradients and has none.
 */
public record FusedPointwise(Chain chain) implements Op {
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
    launch(site, chain, in, out);
  }

  /**
   * The launch of a chain, which another op may need behind its own. The lists are its to change.
   */
  static void launch(Site site, Chain chain, List<View> in, List<View> out) {
    int stored = chain.outputs().size();
    int rows = stored > 0 ? out.get(0).rows() : rows(in);
    int columns = stored > 0 ? out.get(0).columns() : columns(in);
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
    boolean cpu = site.device().kind().isCpu();
    boolean sums = !chain.sums().isEmpty();
    int columnsPerItem = sums ? columns : Math.min(columns, CPU_ELEMENTS);
    int rowsPerItem = Math.max(1, CPU_ELEMENTS / columns);
    if (cpu) {
      // Leave work for every core even where it is little.
      rowsPerItem = Math.min(rowsPerItem, ceil(rows, 2 * site.device().computeUnits()));
    }
    var arguments = new ArrayList<Object>(rendered.arguments());
    arguments.addAll(List.of(rows, columns, rowsPerItem, columnsPerItem));
    var defines = new LinkedHashMap<>(rendered.defines());
    defines.remove("CHAIN_ARGUMENTS");
    List<Integer> local = cpu ? List.of(1, 1) : group(rows, columns, sums);
    int width = local.get(0);
    int height = local.get(1);
    List<Integer> global = List.of(ceil(columns, columnsPerItem), ceil(rows, rowsPerItem));
    if (!cpu) {
      int perItem = !sums && size >= GPU_MANY ? GPU_PER_ITEM : 1;
      int across = sums ? 1 : rows == 1 ? ceil(columns, perItem) : columns;
      int down = rows == 1 ? 1 : ceil(rows, perItem);
      global = List.of(ceil(across, width) * width, ceil(down, height) * height);
      defines.put("GROUP", String.valueOf(width * height));
      defines.put("GROUP_COLUMNS", String.valueOf(width));
      defines.put("PER_ITEM", String.valueOf(perItem));
      defines.put("ALONG_COLUMNS", rows == 1 ? "1" : "0");
    }
    site.launch(
        site.kernel("pointwise.cl", "pointwise", defines),
        arguments,
        global,
        local,
        new Cost(chain.flops() * size, bytes));
  }

  /** A GPU's work-group: of one row where there is but one, or where it is summed. */
  private static List<Integer> group(int rows, int columns, boolean sums) {
    if (sums) {
      return List.of(columns > GPU_LONG ? GPU_GROUP : GPU_ROW_GROUP, 1);
    }
    if (rows == 1) {
      return List.of(GPU_GROUP, 1);
    }
    int width = 1;
    while (width < columns && width < GPU_WIDEST) {
      width *= 2;
    }
    return List.of(width, GPU_GROUP / width);
  }

  private static int rows(List<View> in) {
    return in.stream().mapToInt(View::rows).max().orElseThrow();
  }

  private static int columns(List<View> in) {
    return in.stream().mapToInt(View::columns).max().orElseThrow();
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

  private static int ceil(int a, int b) {
    return (a + b - 1) / b;
  }
}
