package dev.glimpse.nn;

import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.List;

/** Layer normalisation (Ba et al. 2016, equation 4) of each row: {@code [.., C]}. */
public final class LayerNorm implements Layer {
  private static final float EPSILON = 1e-5f;

  private final String name;
  private final Parameter weight;
  private final Parameter bias;

  /**
   * @param name of the layer; its parameters are {@code name.weight} and {@code name.bias}
   */
  public LayerNorm(String name, int columns) {
    this.name = name;
    weight = new Parameter(name + ".weight", Shape.of(columns), Initializer.constant(1));
    bias = new Parameter(name + ".bias", Shape.of(columns), Initializer.constant(0));
  }

  @Override
  public Tensor apply(Tensor x) {
    return Scope.in(
        name,
        () -> {
          float share = 1f / x.shape().columns();
          Tensor centred = Ops.subtract(x, Ops.scale(Ops.rowSum(x), share));
          Tensor variance = Ops.scale(Ops.rowSum(Ops.square(centred)), share);
          Tensor normalized = Ops.divide(centred, Ops.sqrt(Ops.shift(variance, EPSILON)));
          return Ops.add(Ops.multiply(normalized, weight.tensor()), bias.tensor());
        });
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weight, bias);
  }
}
