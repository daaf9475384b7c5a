package dev.glimpse.bench;

import dev.glimpse.device.Device;
import dev.glimpse.ops.BatchMoments;
import dev.glimpse.ops.BatchNormalize;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Node;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Batch norm of {@code x [N, H, W, C]} with {@code scale} and {@code shift [C]}, and its gradients
 * by all three, given {@code gradient} of the result.
 */
public record BatchNormPasses(int batch, int size, int channels) implements Workload {
  private static final float EPSILON = 1e-5f;

  @Override
  public String name() {
    return "batch norm+grad %dx%dx%dx%d".formatted(batch, size, size, channels);
  }

  /** Two are read and two are written, once each. */
  @Override
  public long bytes() {
    return 16L * batch * size * size * channels;
  }

  Map<String, float[]> inputs() {
    int count = batch * size * size * channels;
    return Map.of(
        "x", Data.normal("x", count),
        "gradient", Data.normal("gradient", count),
        "scale", Data.uniform("scale", channels),
        "shift", Data.normal("shift", channels));
  }

  @Override
  public Contender ours(Device device) {
    Shape images = Shape.of(batch, size, size, channels);
    Shape row = Shape.of(channels);
    Tensor x = Tensor.of(new Input("x", images));
    Tensor scale = Tensor.of(new Input("scale", row));
    Tensor shift = Tensor.of(new Input("shift", row));
    Tensor gradient = Tensor.of(new Input("gradient", images));
    List<Tensor> moments = Node.of(new BatchMoments(EPSILON), List.of(x)).outputs();
    var normalize = new BatchNormalize();
    Node node = Node.of(normalize, List.of(x, moments.get(0), moments.get(2), scale, shift));
    List<Tensor> gradients = normalize.gradients(node, List.of(gradient));
    return new KernelRun(
        device,
        inputs(),
        node.outputs().get(0),
        gradients.get(0),
        gradients.get(3),
        gradients.get(4));
  }
}
