package dev.glimpse.export;

import dev.glimpse.graph.Rewrite;
import dev.glimpse.ops.Convolution;
import dev.glimpse.ops.Function;
import dev.glimpse.ops.MatMul;
import dev.glimpse.ops.Node;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Pointwise;
import dev.glimpse.ops.Reshape;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts batch normalisation by running moments into the layer before it: {@code (x W - mean) d s +
 * b} is {@code x (W d s) + (b - mean d s)}, d one over the standard deviation. The last axis of
 * every weight is the channel that is normalised, so that this is a product with a vector.
 */
final class BatchNormFolding implements Rewrite.Rule {
  @Override
  public Optional<List<Tensor>> replace(Node node, List<Tensor> inputs) {
    if (!(node.op() instanceof Pointwise op) || op.function() != Function.NORMALIZE) {
      return Optional.empty();
    }
    Tensor factor = Ops.multiply(inputs.get(2), inputs.get(3));
    Tensor shift = Ops.subtract(inputs.get(4), Ops.multiply(inputs.get(1), factor));
    return scaled(inputs.get(0), factor).map(y -> List.of(Ops.add(y, shift)));
  }

  /** A layer's result times a factor per channel, where the layer's weights can take it. */
  private static Optional<Tensor> scaled(Tensor y, Tensor factor) {
    Node node = y.node();
    if (node.op() instanceof Reshape reshape && y.shape().columns() == factor.shape().size()) {
      Tensor before = node.inputs().get(0);
      return before.node().op() instanceof MatMul product
          ? scaledProduct(before.node(), product, factor)
              .map(scaled -> Ops.reshape(scaled, reshape.shape()))
          : Optional.empty();
    }
    if (node.op() instanceof MatMul product) {
      return scaledProduct(node, product, factor);
    }
    if (node.op() instanceof Convolution convolution && !convolution.swapped()) {
      return Optional.of(withWeights(node, Ops.multiply(node.inputs().get(1), factor)));
    }
    return Optional.empty();
  }

  /** Of a product whose columns may be several channels, over and over. */
  private static Optional<Tensor> scaledProduct(Node node, MatMul product, Tensor factor) {
    Tensor weights = node.inputs().get(1);
    int channels = factor.shape().size();
    if (product.transposeB() || weights.shape().columns() % channels != 0) {
      return Optional.empty();
    }
    Tensor byChannel = Ops.reshape(weights, Shape.of(weights.shape().size() / channels, channels));
    Tensor scaled = Ops.reshape(Ops.multiply(byChannel, factor), weights.shape());
    return Optional.of(withWeights(node, scaled));
  }

  private static Tensor withWeights(Node node, Tensor weights) {
    var inputs = new ArrayList<>(node.inputs());
    inputs.set(1, weights);
    return Node.of(node.op(), inputs).outputs().get(0);
  }
}
