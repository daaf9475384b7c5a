package dev.glimpse.bench.libtorch;

import dev.glimpse.bench.Generation;
import dev.glimpse.bench.VaeGan;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The generator of {@link VaeGan}. */
final class TorchGenerator {
  private TorchGenerator() {}

  /** From codes {@code [N, 64]} to images {@code [N, 1, 28, 28]}. */
  static UnaryOperator<Tensor> layers(Network generator) {
    int channels = VaeGan.CHANNELS;
    return Network.chain(
        generator.linear("linear", VaeGan.LATENT, VaeGan.FEATURES, false),
        Network.images(VaeGan.SIZE / 4, 2 * channels),
        generator.norm("norm1", 2 * channels),
        torch::relu_,
        generator.transposed("conv1", 2 * channels, channels, false),
        generator.norm("norm2", channels),
        torch::relu_,
        generator.transposed("conv2", channels, 1, true),
        torch::sigmoid_);
  }

  static Operation generation(Generation generation, Map<String, float[]> start) {
    Tensor codes = Tensors.of(start.get("noise"), generation.batch(), VaeGan.LATENT);
    UnaryOperator<Tensor> generate = layers(new Network(start, "generator", false));
    return new Operation(
        start, () -> Scopes.inference(() -> new Tensor[] {Tensors.ours(generate.apply(codes))}));
  }
}
