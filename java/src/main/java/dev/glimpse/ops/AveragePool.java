package dev.glimpse.ops;

import dev.glimpse.device.Launch.Cost;
import java.util.ArrayList;
import java.util.List;

/**
 * The mean of the elements under each position of a window, channel by channel: {@code [N, H, W,
 * C]} to {@code [N, P, Q, C]}. Padding counts as zeros.
 */
public record AveragePool(Window window) implements Op {
  @Override
  public String name() {
    return "average pool";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    return List.of(MaxPool.pooled(window, inputs.get(0)));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    return List.of(Tensor.of(new Gradient(window, node.inputs().get(0).shape()), dy.get(0)));
  }

  @Override
  public void lower(Site site) {
    Shape images = site.inputShape(0);
    launch(site, "average_pool", window, images, MaxPool.pooled(window, images));
  }

  private static void launch(Site site, String entry, Window window, Shape images, Shape result) {
    View x = site.input(0);
    View y = site.output(0);
    var arguments = new ArrayList<Object>(List.of(x.buffer(), y.buffer()));
    arguments.addAll(window.arguments(images, window.positions(Window.extent(images))));
    site.launch(
        site.kernel("pool.cl", entry, window.constants(Window.extent(images))),
        arguments,
        Lines.global(site, result),
        Lines.local(site),
        new Cost((long) window.taps() * result.size(), x.bytes() + y.bytes()));
  }

  /** The gradient by the images, from that of the result: the adjoint. */
  public record Gradient(Window window, Shape images) implements Op {
    @Override
    public String name() {
      return "average pool gradient";
    }

    @Override
    public List<Shape> shapes(List<Shape> inputs) {
      return List.of(images);
    }

    @Override
    public List<Tensor> gradients(Node node, List<Tensor> dy) {
      return List.of(Tensor.of(new AveragePool(window), dy.get(0)));
    }

    @Override
    public void lower(Site site) {
      launch(site, "average_pool_gradient", window, images, images);
    }
  }
}
