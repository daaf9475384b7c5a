package dev.glimpse.ops;

import dev.glimpse.device.Launch.Cost;
import java.util.List;
import java.util.Map;

/**
 * The sum of all elements times a factor, a scalar: with 1/n, the mean. One work-group; long
 * tensors are summed by rows first.
 */
public record Sum(float scale) implements Op {
  private static final int GPU_GROUP = 256;

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
  public void lower(Site site) {
    View x = site.input(0);
    int items = site.device().kind().isCpu() ? 1 : GPU_GROUP;
    site.launch(
        site.kernel("reduce.cl", "sum_all", Map.of()),
        List.of(x.buffer(), site.output(0).buffer(), x.size(), scale),
        List.of(items, 1),
        List.of(items, 1),
        new Cost(x.size(), x.bytes()));
  }
}
