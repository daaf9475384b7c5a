package dev.glimpse.ops;

import dev.glimpse.device.Launch.Cost;
import java.util.List;
import java.util.Map;

/**
 * Enlarges images by a whole factor: {@code [N, H, W, C]} to {@code [N, f H, f W, C]}, or, as its
 * adjoint, makes images small again by summing.
 *
 * @param nearest repeats pixels; else interpolates between them, bilinearly
 * @param adjoint the gradient by the small images
 */
public record Upsample(int factor, boolean nearest, boolean adjoint) implements Op {
  public Upsample {
    if (factor < 1) {
      throw new IllegalArgumentException("images cannot be enlarged by " + factor);
    }
  }

  @Override
  public String name() {
    return (nearest ? "nearest" : "bilinear") + " upsample" + (adjoint ? " gradient" : "");
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    Window.Extent in = Window.extent(inputs.get(0));
    if (adjoint && (in.height() % factor != 0 || in.width() % factor != 0)) {
      throw new ShapeException("height and width must be multiples of " + factor);
    }
    return List.of(
        Shape.of(
            inputs.get(0).dimension(0),
            adjoint ? in.height() / factor : in.height() * factor,
            adjoint ? in.width() / factor : in.width() * factor,
            inputs.get(0).dimension(3)));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    return List.of(Tensor.of(new Upsample(factor, nearest, !adjoint), dy.get(0)));
  }

  @Override
  public void lower(Site site) {
    View x = site.input(0);
    View y = site.output(0);
    Shape result = shapes(List.of(site.inputShape(0))).get(0);
    Shape small = adjoint ? result : site.inputShape(0);
    site.launch(
        site.kernel(
            "upsample.cl",
            adjoint ? "upsample_gradient" : "upsample_images",
            Map.of("NEAREST", nearest ? "1" : "0")),
        List.of(
            x.buffer(),
            y.buffer(),
            small.dimension(1),
            small.dimension(2),
            small.dimension(3),
            factor),
        Lines.global(site, result),
        Lines.local(site),
        new Cost(8L * Math.max(x.size(), y.size()), x.bytes() + y.bytes()));
  }
}
