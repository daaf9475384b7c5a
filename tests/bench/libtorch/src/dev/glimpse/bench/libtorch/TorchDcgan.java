package dev.glimpse.bench.libtorch;

import dev.glimpse.bench.Contender;
import dev.glimpse.bench.Dcgan;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** {@link Dcgan} with only the gradients that are needed, and fused Adam. */
final class TorchDcgan implements Contender {
  private static final int BATCH = Dcgan.BATCH;
  private static final int CHANNELS = Dcgan.CHANNELS;

  private final Map<String, float[]> start;
  private final Tensor x;
  private final Tensor noise;
  private final Tensor ones = torch.ones(BATCH, 1);
  private final Tensor zeros = torch.zeros(BATCH, 1);
  private final Scalar perExample = new Scalar(1f / BATCH);

  private final UnaryOperator<Tensor> generate;
  private final UnaryOperator<Tensor> judge;
  private final FusedAdam generatorAdam;
  private final FusedAdam discriminatorAdam;

  TorchDcgan(Map<String, float[]> start) {
    this.start = start;
    x = Tensors.images(start.get("x"), BATCH, Dcgan.SIZE, Dcgan.COLOURS);
    noise = Tensors.of(start.get("noise"), BATCH, Dcgan.LATENT);

    var generator = new Network(start, "generator", true);
    generate =
        Network.chain(
            generator.linear("linear", Dcgan.LATENT, Dcgan.FEATURES, false),
            Network.images(Dcgan.SIZE / 16, 8 * CHANNELS),
            generator.norm("norm1", 8 * CHANNELS),
            torch::relu_,
            generator.transposed("conv1", 8 * CHANNELS, 4 * CHANNELS, false),
            generator.norm("norm2", 4 * CHANNELS),
            torch::relu_,
            generator.transposed("conv2", 4 * CHANNELS, 2 * CHANNELS, false),
            generator.norm("norm3", 2 * CHANNELS),
            torch::relu_,
            generator.transposed("conv3", 2 * CHANNELS, CHANNELS, false),
            generator.norm("norm4", CHANNELS),
            torch::relu_,
            generator.transposed("conv4", CHANNELS, Dcgan.COLOURS, true),
            torch::tanh_);
    var leakyRelu = Network.leakyRelu(Dcgan.SLOPE);
    var discriminator = new Network(start, "discriminator", true);
    judge =
        Network.chain(
            discriminator.convolution("conv1", Dcgan.COLOURS, CHANNELS, true),
            leakyRelu,
            discriminator.convolution("conv2", CHANNELS, 2 * CHANNELS, false),
            discriminator.norm("norm2", 2 * CHANNELS),
            leakyRelu,
            discriminator.convolution("conv3", 2 * CHANNELS, 4 * CHANNELS, false),
            discriminator.norm("norm3", 4 * CHANNELS),
            leakyRelu,
            discriminator.convolution("conv4", 4 * CHANNELS, 8 * CHANNELS, false),
            discriminator.norm("norm4", 8 * CHANNELS),
            leakyRelu,
            Network.rows(Dcgan.FEATURES),
            discriminator.linear("linear", Dcgan.FEATURES, 1, true));
    generatorAdam = generator.adam(Dcgan.LEARNING_RATE, Dcgan.BETA1);
    discriminatorAdam = discriminator.adam(Dcgan.LEARNING_RATE, Dcgan.BETA1);
  }

  /** Returns the two losses. */
  private Tensor[] step(Tensor codes) {
    Tensor made = generate.apply(codes);
    Tensor onImages = judge.apply(x);
    Tensor onMade = judge.apply(made);
    Tensor telling =
        Losses.crossEntropy(onImages, ones).add(Losses.crossEntropy(onMade, zeros)).mul(perExample);
    Tensor fooling = Losses.crossEntropy(onMade, ones).mul(perExample);

    var images = new TensorVector(made);
    TensorVector byFooling = Losses.gradients(fooling, images);
    TensorVector discriminatorGradients =
        Losses.lastGradients(telling, discriminatorAdam.parameters());
    TensorVector generatorGradients =
        Losses.gradients(images, generatorAdam.parameters(), byFooling, false);
    discriminatorAdam.step(discriminatorGradients);
    generatorAdam.step(generatorGradients);
    return new Tensor[] {telling, fooling};
  }

  @Override
  public void run() {
    Scopes.freeing(() -> step(torch.randn_like(noise)));
  }

  @Override
  public Map<String, float[]> start() {
    return start;
  }

  @Override
  public List<float[]> check() {
    return Losses.ofSteps(Dcgan.COMPARED, () -> step(noise));
  }

  @Override
  public void close() {}
}
