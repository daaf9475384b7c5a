package dev.glimpse.ops;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch.Cost;
import java.util.List;
import java.util.Map;

/**
 * The sum over all axes but the last: {@code [.., C] -> [C]}. The gradient of a bias. A GPU sums
 * blocks of rows first, and then the sums.
 */
public record ColumnSum() implements Op {
  private static final int CPU_STRIP = 32;

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
  public List<Long> workspaces(DeviceInfo device, List<Shape> inputs) {
    return workspaces(device, inputs.get(0).rows(), inputs.get(0).columns());
  }

  @Override
  public void lower(Site site) {
    launch(site, site.input(0), site.output(0), 0);
  }

  /**
   * What {@link #launch} needs for a matrix of this size: the sums of blocks, if there are some.
   */
  static List<Long> workspaces(DeviceInfo device, int rows, int columns) {
    if (device.kind().isCpu()) {
      return List.of();
    }
    int blocks = ColumnGroups.of(device, rows, columns).blocks();
    return blocks > 1 ? List.of(4L * blocks * columns) : List.of();
  }

  /**
   * The launches, which another op may need beside its own.
   *
   * @param workspace the index of what {@link #workspaces} asked for
   */
  static void launch(Site site, View x, View y, int workspace) {
    if (site.device().kind().isCpu()) {
      site.launch(
          site.kernel("reduce.cl", "column_sum", Map.of()),
          List.of(x.buffer(), y.buffer(), x.rows(), x.columns(), x.offset(), x.stride()),
          List.of((x.columns() + CPU_STRIP - 1) / CPU_STRIP, 1),
          List.of(1, 1),
          new Cost(x.size(), x.bytes() + y.bytes()));
      return;
    }
    if (ColumnGroups.of(site.device(), x.rows(), x.columns()).blocks() == 1) {
      launchBlocks(site, x, y.buffer());
      return;
    }
    Buffer sums = site.workspace(workspace);
    int blocks = launchBlocks(site, x, sums);
    View rows = new View(sums, blocks, x.columns(), 0, x.columns());
    launch(site, ColumnGroups.whole(blocks, x.columns()), rows, y.buffer());
  }

  /**
   * On a GPU, the sums of each of some blocks of rows.
   *
   * @return how many blocks
   */
  static int launchBlocks(Site site, View x, Buffer sums) {
    ColumnGroups groups = ColumnGroups.of(site.device(), x.rows(), x.columns());
    launch(site, groups, x, sums);
    return groups.blocks();
  }

  private static void launch(Site site, ColumnGroups groups, View x, Buffer sums) {
    site.launch(
        site.kernel("reduce.cl", "column_sum", groups.defines()),
        List.of(
            x.buffer(), sums, x.rows(), x.columns(), x.offset(), x.stride(), groups.rowsPerBlock()),
        groups.global(groups.blocks()),
        groups.local(),
        new Cost(x.size(), x.bytes() + 4L * groups.blocks() * x.columns()));
  }
}
