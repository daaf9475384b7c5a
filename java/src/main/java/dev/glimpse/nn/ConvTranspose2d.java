package dev.glimpse.nn;

import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Layout;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Window;
import dev.glimpse.ops.Window.Extent;
import java.util.List;

/**
 * Transposed convolution ("deconvolution"): {@code [N, P, Q, in] -> [N, H, W, out]}, where the
 * window has P x Q positions on H x W. The weight is {@code [kh][kw][in][out]}.
 */
public final class ConvTranspose2d implements Layer {
  private final String name;
  private final Window window;
  private final Extent extra;
  private final Parameter weight;
  private final Parameter bias;

  /**
   * @param name of the layer; its parameters are {@code name.weight} and {@code name.bias}
   * @param extra pixels beyond the smallest result ("output padding")
   * @param bias false before a normalisation, which would take it away again
   */
  public ConvTranspose2d(
      String name,
      int in,
      int out,
      Window window,
      Extent extra,
      boolean bias,
      Initializer initializer) {
    this.name = name;
    this.window = window;
    this.extra = extra;
    Shape shape = Shape.of(window.height(), window.width(), in, out);
    this.weight = new Parameter(name + ".weight", shape, initializer, layout(shape));
    this.bias = bias ? new Parameter(name + ".bias", Shape.of(out), Initializer.constant(0)) : null;
  }

  /** Without extra pixels. */
  public ConvTranspose2d(
      String name, int in, int out, Window window, boolean bias, Initializer initializer) {
    this(name, in, out, window, new Extent(0, 0), bias, initializer);
  }

  /** {@code [in][out][kh][kw]}. */
  private static Layout layout(Shape s) {
    return new Layout(
        s,
        List.of(2, 3, 0, 1),
        Shape.of(s.dimension(2), s.dimension(3), s.dimension(0), s.dimension(1)));
  }

  @Override
  public Tensor apply(Tensor x) {
    return Scope.in(
        name,
        () -> {
          Tensor y = Ops.convTranspose2d(x, weight.tensor(), window, extra);
          return bias == null ? y : Ops.add(y, bias.tensor());
        });
  }

  @Override
  public List<Parameter> parameters() {
    return bias == null ? List.of(weight) : List.of(weight, bias);
  }
}
