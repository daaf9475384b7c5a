package dev.glimpse.ops;

import dev.glimpse.device.Launch.Cost;
import java.util.List;
import java.util.Map;

/** The sum over all axes but the last: {@code [.., C] -> [C]}. The gradient of a bias. */
public record ColumnSum() implements Op {
  private static final int CPU_STRIP = 32;
  private static final int GPU_COLUMNS = 64;
  private static final int GPU_ROWS = 4;

  @Override
  public String name() {
    return "column sum";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    return List.of(Shape.of(inputs.get(0).columns()));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    return List.of(Ops.broadcast(dy.get(0), node.inputs().get(0).shape()));
  }

  @Override
  public boolean readsStrided() {
    return true;
  }

  @Override
  public void lower(Site site) {
    launch(site, site.input(0), site.output(0));
  }

  /** The launch, which another op may need beside its own. */
  static void launch(Site site, View x, View y) {
    int columns = x.columns();
    boolean cpu = site.device().kind().isCpu();
    site.launch(
        site.kernel("reduce.cl", "column_sum", Map.of()),
        List.of(x.buffer(), y.buffer(), x.rows(), columns, x.offset(), x.stride()),
        cpu
            ? List.of((columns + CPU_STRIP - 1) / CPU_STRIP, 1)
            : List.of((columns + GPU_COLUMNS - 1) / GPU_COLUMNS * GPU_COLUMNS, GPU_ROWS),
        cpu ? List.of(1, 1) : List.of(GPU_COLUMNS, GPU_ROWS),
        new Cost(x.size(), x.bytes() + y.bytes()));
  }
}
