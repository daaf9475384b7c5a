package dev.glimpse.ops;

import static dev.glimpse.ops.Division.roundUp;

import dev.glimpse.device.Launch.Cost;
import java.util.List;
import java.util.Map;

/**
 * Repeats every entry of the first axis: {@code [R, ..] -> [R times, ..]}, entry r going to r
 * times, r times + 1, and so on. For several samples per example.
 */
public record Repeat(int times) implements Op {
  @Override
  public String name() {
    return "repeat";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    Shape x = inputs.get(0);
    if (times < 1 || (long) x.size() * times > Integer.MAX_VALUE) {
      throw new ShapeException(x + " cannot be repeated " + times + " times");
    }
    return List.of(x.withFirst(first(x) * times));
  }

  /** The length of the first axis. */
  static int first(Shape shape) {
    if (shape.rank() == 0) {
      throw new ShapeException("a scalar has no first axis");
    }
    return shape.dimension(0);
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    return List.of(Tensor.of(new SumRepeats(times), dy.get(0)));
  }

  @Override
  public void lower(Site site) {
    lower(site, "repeat", times, first(site.inputShape(0)));
  }

  /**
   * Both directions walk the elements of the tensor with the shorter first axis.
   *
   * @param rows its length; all other axes are columns
   */
  static void lower(Site site, String entry, int times, int rows) {
    View x = site.input(0);
    View y = site.output(0);
    boolean cpu = site.device().kind().isCpu();
    int columns = Math.min(x.size(), y.size()) / rows;
    int group = 64;
    int items = cpu ? 1 : roundUp(columns, group);
    site.launch(
        site.kernel("repeat.cl", entry, Map.of()),
        List.of(x.buffer(), y.buffer(), columns, times),
        List.of(items, rows),
        List.of(cpu ? 1 : group, 1),
        new Cost(0, x.bytes() + y.bytes()));
  }
}
