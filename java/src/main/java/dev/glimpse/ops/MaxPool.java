package dev.glimpse.ops;

import dev.glimpse.device.Launch.Cost;
import dev.glimpse.ops.Window.Extent;
import java.util.ArrayList;
import java.util.List;

/**
 * The largest element under each position of a window, channel by channel: {@code [N, H, W, C]} to
 * {@code [N, P, Q, C]}. A second output of the same shape holds the number of the tap it came from,
 * for the gradient.
 */
public record MaxPool(Window window) implements Op {
  @Override
  public String name() {
    return "max pool";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    Shape pooled = pooled(window, inputs.get(0));
    return List.of(pooled, pooled);
  }

  static Shape pooled(Window window, Shape images) {
    Extent out = window.positions(Window.extent(images));
    if (window.padding().height() * 2 > window.height()
        || window.padding().width() * 2 > window.width()) {
      throw new ShapeException("the padding of a pool is at most half of its window");
    }
    return Shape.of(images.dimension(0), out.height(), out.width(), images.dimension(3));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    Tensor taps = node.outputs().get(1);
    Shape images = node.inputs().get(0).shape();
    return List.of(Tensor.of(new Gradient(window, images), dy.get(0), taps));
  }

  @Override
  public void lower(Site site) {
    View x = site.input(0);
    View y = site.output(0);
    Shape images = site.inputShape(0);
    var arguments = new ArrayList<Object>(List.of(x.buffer(), y.buffer()));
    arguments.add(site.output(1).buffer());
    arguments.addAll(window.arguments(images, window.positions(Window.extent(images))));
    site.launch(
        site.kernel("pool.cl", "max_pool", window.constants(Window.extent(images))),
        arguments,
        Lines.global(site, pooled(window, images)),
        Lines.local(site),
        new Cost((long) window.taps() * y.size(), x.bytes() + 2 * y.bytes()));
  }

  /** The gradient by the images, from that of the result and the taps. */
  public record Gradient(Window window, Shape images) implements Op {
    @Override
    public String name() {
      return "max pool gradient";
    }

    @Override
    public List<Shape> shapes(List<Shape> inputs) {
      return List.of(images);
    }

    @Override
    public List<Tensor> gradients(Node node, List<Tensor> dy) {
      throw new IllegalStateException(name() + ": second derivatives are not supported");
    }

    @Override
    public void lower(Site site) {
      View dy = site.input(0);
      View dx = site.output(0);
      var arguments = new ArrayList<Object>(List.of(dy.buffer(), site.input(1).buffer()));
      arguments.add(dx.buffer());
      Extent extent = Window.extent(images);
      arguments.addAll(window.arguments(images, window.positions(extent)));
      boolean scatters = window.isDisjoint(extent);
      site.launch(
          site.kernel("pool.cl", "max_pool_gradient", window.constants(extent)),
          arguments,
          Lines.global(site, scatters ? site.inputShape(0) : images),
          Lines.local(site),
          new Cost((long) window.taps() * dx.size(), dx.bytes() + 2 * dy.bytes()));
    }
  }
}
