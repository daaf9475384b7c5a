package dev.glimpse.nn;

import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
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
    this.name = name;
    this.activation = activation;
    this.weight = new Parameter(name + ".weight", Shape.of(in, out), initializer);
    this.bias = new Parameter(name + ".bias", Shape.of(out), Initializer.constant(0));
  }

  @Override
  public Tensor apply(Tensor x) {
    return Scope.in(
        name, () -> activation.apply(Ops.add(Ops.matmul(x, weight.tensor()), bias.tensor())));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weight, bias);
  }

  public Parameter weight() {
    return weight;
  }

  public Parameter bias() {
    return bias;
  }
}
