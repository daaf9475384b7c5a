package dev.glimpse.models;

import static dev.glimpse.ops.Ops.concat;

import dev.glimpse.nn.Layer;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.List;
import java.util.stream.Stream;

/**
 * Images to features, perhaps with a label beside them.
 *
 * @param images what sees the images {@code [N, H W C]} alone
 * @param joint what sees the result, {@code [N, F]}, and the label {@code [N, K]}
 * @param features the shape of a result: {@code [F]}, or flattened {@code [H, W, C]}
 */
record Encoder(Layer images, Layer joint, Shape features) implements Layer {
  @Override
  public Tensor apply(Tensor x) {
    return joint.apply(images.apply(x));
  }

  Tensor apply(Tensor x, Tensor label) {
    return joint.apply(concat(List.of(images.apply(x), label)));
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.concat(images.parameters().stream(), joint.parameters().stream()).toList();
  }

  @Override
  public List<Parameter> statistics() {
    return Stream.concat(images.statistics().stream(), joint.statistics().stream()).toList();
  }
}
