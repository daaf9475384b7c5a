package dev.glimpse.ops;

import static dev.glimpse.ops.Division.ceilDiv;

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

  /** On a GPU the sums of blocks of rows, if there are several. */
  @Override
  public List<Long> workspaces(DeviceInfo device, List<Shape> inputs) {
    if (device.kind().isCpu()) {
      return List.of();
    }
    var groups = ColumnGroups.of(device, inputs.get(0).rows(), inputs.get(0).columns());
    return groups.blocks() > 1 ? List.of(groups.bytes()) : List.of();
  }

  @Override
  public void lower(Site site) {
    View x = site.input(0);
    Buffer y = site.output(0).buffer();
    if (site.device().kind().isCpu()) {
      site.launch(
          site.kernel("reduce.cl", "column_sum", Map.of()),
          List.of(x.buffer(), y, x.rows(), x.columns(), x.offset(), x.stride()),
          List.of(ceilDiv(x.columns(), CPU_STRIP), 1),
          List.of(1, 1),
          new Cost(x.size(), x.bytes() + 4L * x.columns()));
      return;
    }
    var groups = ColumnGroups.of(site.device(), x.rows(), x.columns());
    if (groups.blocks() == 1) {
      launch(site, groups, x, y);
    } else {
      Buffer sums = site.workspace(0);
      launch(site, groups, x, sums);
      View rows = new View(sums, groups.blocks(), x.columns(), 0, x.columns());
      launch(site, ColumnGroups.whole(groups.blocks(), x.columns()), rows, y);
    }
  }

  /** On a GPU, the sums of each block of rows. */
  static void launch(Site site, ColumnGroups groups, View x, Buffer sums) {
    site.launch(
        site.kernel("reduce.cl", "column_sum", groups.defines()),
        List.of(
            x.buffer(), sums, x.rows(), x.columns(), x.offset(), x.stride(), groups.rowsPerBlock()),
        groups.global(groups.blocks()),
        groups.local(),
        new Cost(x.size(), x.bytes() + groups.bytes()));
  }
}
