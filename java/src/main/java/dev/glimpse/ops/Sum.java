package dev.glimpse.ops;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Launch.Cost;
import java.util.List;
import java.util.Map;

/**
 * The sum of all elements times a factor, a scalar: with 1/n, the mean. One work-group; long
 * tensors are summed by rows first, and on a GPU what is long even then by blocks.
 */
public record Sum(float scale) implements Op {
  private static final int GPU_GROUP = 256;

  /** What one work-group sums faster than several and then one. */
  private static final int GPU_LONGEST = 8192;

  @Override
  public String name() {
    return "sum";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    return List.of(Shape.SCALAR);
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    return List.of(Ops.broadcast(Ops.scale(dy.get(0), scale), node.inputs().get(0).shape()));
  }

  @Override
  public List<Long> workspaces(DeviceInfo device, List<Shape> inputs) {
    int n = inputs.get(0).size();
    return device.kind().isCpu() || n <= GPU_LONGEST
        ? List.of()
        : List.of(ColumnGroups.of(device, n, 1).bytes());
  }

  @Override
  public void lower(Site site) {
    View x = site.input(0);
    if (site.device().kind().isCpu()) {
      launch(site, x.buffer(), x.size(), 1);
    } else if (x.size() <= GPU_LONGEST) {
      launch(site, x.buffer(), x.size(), GPU_GROUP);
    } else {
      var groups = ColumnGroups.of(site.device(), x.size(), 1);
      View column = new View(x.buffer(), x.size(), 1, 0, 1);
      ColumnSum.launch(site, groups, column, site.workspace(0));
      launch(site, site.workspace(0), groups.blocks(), GPU_GROUP);
    }
  }

  private void launch(Site site, Buffer x, int count, int items) {
    site.launch(
        site.kernel("reduce.cl", "sum_all", Map.of()),
        List.of(x, site.output(0).buffer(), count, scale),
        List.of(items, 1),
        List.of(items, 1),
        new Cost(count, 4L * count));
  }
}
