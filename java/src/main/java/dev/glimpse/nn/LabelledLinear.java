package dev.glimpse.nn;

import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer that sees a label beside its input, {@code f(x W + U[y] + b)}: what {@link
 * Linear#labelled} makes of x and a one-hot y side by side, without computing {@code x W} anew for
 * each label.
 */
public final class LabelledLinear {
  private final String name;
  private final Activation activation;
  private final Linear linear;
  private final Parameter table;

  /**
   * @param name of the layer; its parameters are {@code name.weight}, {@code name.bias} and {@code
   *     name.label}, the last {@code [classes][out]}
   * @param in the shape of an input, {@code [in]} or {@code [H, W, C]}
   */
  public LabelledLinear(String name, Shape in, int classes, int out, Activation activation) {
    this.name = name;
    this.activation = activation;
    var ofInput = activation.initializer(2 * in.size(), out);
    linear = new Linear(name, in, Shape.of(out), Activation.NONE, true, ofInput);
    var ofLabel = ofInput.amplified(0, (float) Math.sqrt(in.size()));
    table = new Parameter(name + ".label", Shape.of(classes, out), ofLabel);
  }

  /** Of one x for each example: {@code [N + M, in] -> [N + M K, out]}. */
  public Tensor ofExamples(Tensor x, LabelRows labels) {
    return joined(labels.expand(linear.apply(x)), labels);
  }

  /** Of one x for each row of labels: {@code [N + M K, in] -> [N + M K, out]}. */
  public Tensor ofRows(Tensor x, LabelRows labels) {
    return joined(linear.apply(x), labels);
  }

  private Tensor joined(Tensor product, LabelRows labels) {
    return Scope.in(name, () -> activation.apply(Ops.add(product, labels.lookUp(table.tensor()))));
  }

  public List<Parameter> parameters() {
    var all = new ArrayList<>(linear.parameters());
    all.add(table);
    return all;
  }
}
