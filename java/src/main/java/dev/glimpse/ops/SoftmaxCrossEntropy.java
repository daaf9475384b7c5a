package dev.glimpse.ops;

import java.util.ArrayList;
import java.util.List;

/**
 * The cross-entropy of classes: logits and target probabilities (or one-hot labels), both {@code
 * [.., C]}, give {@code [.., 1]}. Targets are data: no gradient goes to them.
 */
public record SoftmaxCrossEntropy() implements Op {
  @Override
  public String name() {
    return "softmax_cross_entropy";
  }

  @Override
  public List<Shape> shapes(List<Shape> inputs) {
    if (!inputs.get(0).equals(inputs.get(1))) {
      throw new ShapeException("logits and targets must have the same shape");
    }
    return List.of(inputs.get(0).withColumns(1));
  }

  @Override
  public List<Tensor> gradients(Node node, List<Tensor> dy) {
    var gradients = new ArrayList<Tensor>();
    gradients.add(Tensor.of(new Gradient(), node.inputs().get(0), node.inputs().get(1), dy.get(0)));
    gradients.add(null);
    return gradients;
  }

  @Override
  public void lower(Site site) {
    RowKernel.launch(site, "softmax_cross_entropy", 2, 26);
  }

  /** (logits, targets, dy) to the gradient by the logits. */
  record Gradient() implements Op {
    @Override
    public String name() {
      return "softmax_cross_entropy_gradient";
    }

    @Override
    public List<Shape> shapes(List<Shape> inputs) {
      return List.of(inputs.get(0));
    }

    @Override
    public List<Tensor> gradients(Node node, List<Tensor> dy) {
      throw new IllegalStateException("second derivatives are not supported");
    }

    @Override
    public void lower(Site site) {
      RowKernel.launch(site, "softmax_cross_entropy_gradient", 3, 44);
    }
  }
}
