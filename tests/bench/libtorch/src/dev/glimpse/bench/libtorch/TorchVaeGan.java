package dev.glimpse.bench.libtorch;

import dev.glimpse.bench.Contender;
import dev.glimpse.bench.VaeGan;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** {@link VaeGan} with only the gradients that are needed, and fused Adam. */
final class TorchVaeGan implements Contender {
  private static final int BATCH = VaeGan.BATCH;
  private static final int CHANNELS = VaeGan.CHANNELS;

  private final Map<String, float[]> start;
  private final Tensor x;
  private final Tensor noise;
  private final Tensor prior;
  private final Tensor ones = torch.ones(BATCH, 1);
  private final Tensor zeros = torch.zeros(BATCH, 1);
  private final Tensor one = torch.ones();
  private final Scalar half = new Scalar(0.5f);
  private final Scalar perExample = new Scalar(1f / BATCH);
  private final Scalar halfPerExample = new Scalar(0.5f / BATCH);
  private final Scalar gamma = new Scalar(VaeGan.GAMMA);

  private final UnaryOperator<Tensor> encode;
  private final UnaryOperator<Tensor> generate;
  private final UnaryOperator<Tensor> describe;
  private final UnaryOperator<Tensor> judge;
  private final FusedAdam encoderAdam;
  private final FusedAdam generatorAdam;
  private final FusedAdam discriminatorAdam;

  TorchVaeGan(Map<String, float[]> start) {
    this.start = start;
    x = Tensors.images(start.get("x"), BATCH, VaeGan.SIZE, 1);
    noise = Tensors.of(start.get("noise"), BATCH, VaeGan.LATENT);
    prior = Tensors.of(start.get("prior"), BATCH, VaeGan.LATENT);

    var leakyRelu = Network.leakyRelu(VaeGan.SLOPE);
    var rows = Network.rows(VaeGan.FEATURES);
    var encoder = new Network(start, "encoder", true);
    encode =
        Network.chain(
            encoder.convolution("conv1", 1, CHANNELS, false),
            encoder.norm("norm1", CHANNELS),
            leakyRelu,
            encoder.convolution("conv2", CHANNELS, 2 * CHANNELS, false),
            encoder.norm("norm2", 2 * CHANNELS),
            leakyRelu,
            rows,
            encoder.linear("head", VaeGan.FEATURES, 2 * VaeGan.LATENT, true));
    var generator = new Network(start, "generator", true);
    generate = TorchGenerator.layers(generator);
    var discriminator = new Network(start, "discriminator", true);
    describe =
        Network.chain(
            discriminator.convolution("conv1", 1, CHANNELS, true),
            leakyRelu,
            discriminator.convolution("conv2", CHANNELS, 2 * CHANNELS, false),
            discriminator.norm("norm2", 2 * CHANNELS),
            leakyRelu,
            rows);
    judge = discriminator.linear("linear", VaeGan.FEATURES, 1, true);
    encoderAdam = encoder.adam(VaeGan.LEARNING_RATE, VaeGan.BETA1);
    generatorAdam = generator.adam(VaeGan.LEARNING_RATE, VaeGan.BETA1);
    discriminatorAdam = discriminator.adam(VaeGan.LEARNING_RATE, VaeGan.BETA1);
  }

  /** Returns the three losses. */
  private Tensor[] step(Tensor eps, Tensor sample) {
    TensorVector posterior = torch.chunk(encode.apply(x), 2, 1);
    Tensor mean = posterior.get(0);
    Tensor logVariance = posterior.get(1);
    Tensor deviation = torch.exp(torch.mul(logVariance, half));
    Tensor z = torch.addcmul(mean, deviation, eps);
    Tensor rebuilt = generate.apply(z);
    Tensor sampled = generate.apply(sample);
    Tensor ofImages = describe.apply(x);
    Tensor ofRebuilt = describe.apply(rebuilt);
    Tensor onImages = judge.apply(ofImages);
    Tensor onRebuilt = judge.apply(ofRebuilt);
    Tensor onSampled = judge.apply(describe.apply(sampled));

    Tensor kl = Losses.kl(mean, deviation, logVariance).mul(perExample);
    Tensor reconstruction = Losses.squaredError(ofImages, ofRebuilt).mul(halfPerExample);
    Tensor fooling =
        Losses.crossEntropy(onRebuilt, ones)
            .add(Losses.crossEntropy(onSampled, ones))
            .mul(perExample);
    Tensor telling =
        Losses.crossEntropy(onImages, ones)
            .add(Losses.crossEntropy(onRebuilt, zeros))
            .add(Losses.crossEntropy(onSampled, zeros))
            .mul(perExample);

    Tensor byReconstruction = Losses.gradients(reconstruction, new TensorVector(rebuilt)).get(0);
    var made = new TensorVector(rebuilt, sampled);
    TensorVector byFooling = Losses.gradients(fooling, made);
    TensorVector discriminatorGradients =
        Losses.lastGradients(telling, discriminatorAdam.parameters());
    TensorVector generatorGradients =
        Losses.gradients(
            made,
            generatorAdam.parameters(),
            new TensorVector(byFooling.get(0).add(byReconstruction, gamma), byFooling.get(1)),
            true);
    TensorVector encoderGradients =
        Losses.gradients(
            new TensorVector(rebuilt, kl),
            encoderAdam.parameters(),
            new TensorVector(byReconstruction, one),
            false);
    encoderAdam.step(encoderGradients);
    generatorAdam.step(generatorGradients);
    discriminatorAdam.step(discriminatorGradients);
    return new Tensor[] {kl.add(reconstruction), fooling.add(reconstruction, gamma), telling};
  }

  @Override
  public void run() {
    Scopes.freeing(() -> step(torch.randn_like(noise), torch.randn_like(prior)));
  }

  @Override
  public Map<String, float[]> start() {
    return start;
  }

  @Override
  public List<float[]> check() {
    return Losses.ofSteps(VaeGan.COMPARED, () -> step(noise, prior));
  }

  @Override
  public void close() {}
}
