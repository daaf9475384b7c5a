package dev.glimpse.nn;

import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Weight normalisation (Salimans and Kingma 2016, equation 2) of a linear layer or a convolution:
 * {@code [.., in] -> [.., out]} with the weight {@code g v / |v|} for each of its outputs, and a
 * bias. What the layer has as its weight is v. As the layer is linear, its outputs are scaled
 * instead of its weight, which then need not be stored twice.
 */
public final class WeightNorm implements Layer {
  private final String name;
  private final Layer layer;
  private final Tensor direction;
  private final Parameter length;
  private final Parameter bias;

  /**
   * @param name of the layer; its parameters are those of {@code layer}, {@code name.length}, which
   *     is g, and {@code name.bias}
   * @param layer a {@link Linear} or {@link Conv2d} without bias and activation
   * @param initial what g starts as: the norm that the layer's weights would have
   */
  public WeightNorm(String name, Layer layer, double initial) {
    this.name = name;
    this.layer = layer;
    if (layer.parameters().size() != 1) {
      throw new IllegalArgumentException(name + " normalises a weight, not " + layer.parameters());
    }
    Parameter weight = layer.parameters().get(0);
    Shape shape = weight.shape();
    int out = shape.dimension(shape.rank() - 1);
    direction = Ops.reshape(weight.tensor(), Shape.of(shape.size() / out, out));
    length = new Parameter(name + ".length", Shape.of(out), Initializer.constant((float) initial));
    bias = new Parameter(name + ".bias", Shape.of(out), Initializer.constant(0));
  }

  @Override
  public Tensor apply(Tensor x) {
    return Scope.in(
        name,
        () -> {
          Tensor norm = Ops.sqrt(Ops.columnSum(Ops.square(direction)));
          Tensor factor = Ops.divide(length.tensor(), norm);
          return Ops.add(Ops.multiply(layer.apply(x), factor), bias.tensor());
        });
  }

  @Override
  public List<Parameter> parameters() {
    var all = new ArrayList<>(layer.parameters());
    all.addAll(List.of(length, bias));
    return all;
  }
}
