package dev.glimpse.ops;

import dev.glimpse.device.Launch.Cost;
import java.util.ArrayList;
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
    return List.of(leading(inputs.get(0), inputs.get(0).dimension(0) * times));
  }

  static Shape leading(Shape shape, int first) {
    var dimensions = new ArrayList<>(shape.dimensions());
    dimensions.set(0, first);
    return new Shape(dimensions);
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    return List.of(Tensor.of(new SumRepeats(times), dy.get(0)));
  }

  @Override
  public void lower(Site site) {
    lower(site, "repeat", times, site.input(0), site.output(0), site.input(0));
  }

  /** Both directions walk the elements of the tensor with the shorter first axis. */
  static void lower(Site site, String entry, int times, View x, View y, View shorter) {
    boolean cpu = site.device().kind().isCpu();
    int columns = shorter.columns();
    int group = 64;
    int items = cpu ? 1 : (columns + group - 1) / group * group;
    site.launch(
        site.kernel("repeat.cl", entry, Map.of()),
        List.of(x.buffer(), y.buffer(), columns, times),
        List.of(items, shorter.rows()),
        List.of(cpu ? 1 : group, 1),
        new Cost(0, x.bytes() + y.bytes()));
  }
}
