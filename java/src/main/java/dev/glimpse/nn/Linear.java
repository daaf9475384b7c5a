package dev.glimpse.nn;

import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Layout;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.List;

/** {@code y = f(x W + b)}: {@code [.., in] -> [.., out]}. The weight is {@code [in][out]}. */
public final class Linear implements Layer {
  private final String name;
  private final Activation activation;
  private final Parameter weight;
  private final Parameter bias;

  /**
   * @param name of the layer; its parameters are {@code name.weight} and {@code name.bias}
   * @param activation f, which also decides how the weight starts; the bias starts at zero
   */
  public Linear(String name, int in, int out, Activation activation) {
    this(name, in, out, activation, activation.initializer(in, out));
  }

  public Linear(String name, int in, int out, Activation activation, Initializer initializer) {
    this(name, Shape.of(in), Shape.of(out), activation, true, initializer);
  }

  /**
   * A layer that takes or gives images {@code [H, W, C]}, flattened. They are what tells its
   * weights from PyTorch's, which flattens {@code [C, H, W]}.
   *
   * @param in the shape of an input, {@code [in]} or {@code [H, W, C]}
   * @param out the shape of an output, likewise
   * @param bias false before a normalisation, which would take it away again
   */
  public Linear(
      String name,
      Shape in,
      Shape out,
      Activation activation,
      boolean bias,
      Initializer initializer) {
    this.name = name;
    this.activation = activation;
    Shape shape = Shape.of(in.size(), out.size());
    this.weight = new Parameter(name + ".weight", shape, initializer, weightLayout(in, out));
    this.bias =
        bias
            ? new Parameter(
                name + ".bias", Shape.of(out.size()), Initializer.constant(0), channelsFirst(out))
            : null;
  }

  /**
   * A layer that sees a one-hot label behind its input, {@code [.., in + classes] -> [.., out]};
   * see {@link Initializer#withLabel}.
   */
  public static Linear labelled(String name, int in, int classes, int out, Activation activation) {
    // As if input and label were two inputs of one kind.
    Initializer initializer = activation.initializer(2 * in, out).withLabel(in, out);
    return new Linear(name, in + classes, out, activation, initializer);
  }

  /** {@code [out][in]}, images in channels first. */
  private static Layout weightLayout(Shape in, Shape out) {
    var dimensions = new ArrayList<>(in.dimensions());
    dimensions.addAll(out.dimensions());
    var order = new ArrayList<Integer>();
    channelsFirst(out).order().forEach(axis -> order.add(in.rank() + axis));
    order.addAll(channelsFirst(in).order());
    return new Layout(new Shape(dimensions), order, Shape.of(out.size(), in.size()));
  }

  private static Layout channelsFirst(Shape entry) {
    List<Integer> order = entry.rank() == 3 ? List.of(2, 0, 1) : List.of(0);
    return new Layout(entry, order, Shape.of(entry.size()));
  }

  @Override
  public Tensor apply(Tensor x) {
    return Scope.in(
        name,
        () -> {
          Tensor y = Ops.matmul(x, weight.tensor());
          return activation.apply(bias == null ? y : Ops.add(y, bias.tensor()));
        });
  }

  @Override
  public List<Parameter> parameters() {
    return bias == null ? List.of(weight) : List.of(weight, bias);
  }
}
