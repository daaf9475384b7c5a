package dev.glimpse.nn;

import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Layout;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Window;
import java.util.List;

/**
 * Convolution: {@code [N, H, W, in] -> [N, P, Q, out]}, P x Q the positions of the window. The
 * weight is {@code [kh][kw][in][out]}.
 */
public final class Conv2d implements Layer {
  private final String name;
  private final Window window;
  private final Parameter weight;
  private final Parameter bias;

  /**
   * @param name of the layer; its parameters are {@code name.weight} and {@code name.bias}
   * @param bias false before a normalisation, which would take it away again
   */
  public Conv2d(
      String name, int in, int out, Window window, boolean bias, Initializer initializer) {
    this.name = name;
    this.window = window;
    Shape shape = Shape.of(window.height(), window.width(), in, out);
    this.weight = new Parameter(name + ".weight", shape, initializer, layout(shape));
    this.bias = bias ? new Parameter(name + ".bias", Shape.of(out), Initializer.constant(0)) : null;
  }

  /** With a bias, and weights for a rectifier behind it (He et al. 2015). */
  public Conv2d(String name, int in, int out, Window window) {
    this(name, in, out, window, true, Initializer.he(window.taps() * in));
  }

  /** {@code [out][in][kh][kw]}. */
  private static Layout layout(Shape s) {
    return new Layout(
        s,
        List.of(3, 2, 0, 1),
        Shape.of(s.dimension(3), s.dimension(2), s.dimension(0), s.dimension(1)));
  }

  @Override
  public Tensor apply(Tensor x) {
    return Scope.in(
        name,
        () -> {
          Tensor y = Ops.conv2d(x, weight.tensor(), window);
          return bias == null ? y : Ops.add(y, bias.tensor());
        });
  }

  @Override
  public List<Parameter> parameters() {
    return bias == null ? List.of(weight) : List.of(weight, bias);
  }
}
