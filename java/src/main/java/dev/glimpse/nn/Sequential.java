package dev.glimpse.nn;

import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Layers one after another. */
public record Sequential(List<Layer> layers) implements Layer {
  public Sequential {
    layers = List.copyOf(layers);
  }

  public static Sequential of(Layer... layers) {
    return new Sequential(List.of(layers));
  }

  /**
   * A multi-layer perceptron: hidden layers with an activation, then {@code last}.
   *
   * @param name of the whole; the layers are {@code name.0}, {@code name.1}, ...
   * @param widths of the input and of each hidden layer
   */
  public static Sequential perceptron(String name, List<Integer> widths, Activation activation) {
    return perceptron(name, widths, 0, activation);
  }

  /**
   * A perceptron whose input has a one-hot label behind it.
   *
   * @param classes the width of the label, which does not count as a part of {@code widths}; 0 for
   *     none
   */
  public static Sequential perceptron(
      String name, List<Integer> widths, int classes, Activation activation) {
    var layers = new ArrayList<Layer>();
    for (int i = 1; i < widths.size(); i++) {
      String layer = name + "." + (i - 1);
      int in = widths.get(i - 1);
      int out = widths.get(i);
      layers.add(
          i == 1 && classes > 0
              ? Linear.labelled(layer, in, classes, out, activation)
              : new Linear(layer, in, out, activation));
    }
    return new Sequential(layers);
  }

  @Override
  public Tensor apply(Tensor x) {
    Tensor y = x;
    for (Layer layer : layers) {
      y = layer.apply(y);
    }
    return y;
  }

  @Override
  public List<Parameter> parameters() {
    return layers.stream().flatMap(layer -> layer.parameters().stream()).toList();
  }

  @Override
  public List<Parameter> statistics() {
    return layers.stream().flatMap(layer -> layer.statistics().stream()).toList();
  }
}
