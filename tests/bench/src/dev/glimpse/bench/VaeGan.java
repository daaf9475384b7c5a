package dev.glimpse.bench;

import dev.glimpse.device.Device;
import dev.glimpse.graph.Objective;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.Activation;
import dev.glimpse.nn.BatchNorm;
import dev.glimpse.nn.Flatten;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.Layer;
import dev.glimpse.nn.Linear;
import dev.glimpse.nn.Reshape;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.Adam;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * W2, one training step of a VAE/GAN (Larsen et al. 2016, algorithm 1) on 28x28 images: encoder,
 * generator and discriminator of two convolutions each, 4x4 with stride 2.
 *
 * <p>The discriminator sees the images, the reconstructions and the samples one batch after the
 * other: batch statistics are of each. All gradients come from one forward pass, and each of three
 * Adams updates its own network after it.
 */
public final class VaeGan implements Workload {
  public static final int COMPARED = 3;
  public static final int BATCH = 64;
  public static final int SIZE = 28;
  public static final int LATENT = 64;

  /** Of the outer convolution of each network; the inner one has twice as many. */
  public static final int CHANNELS = 64;

  /** Between the inner convolution and the linear layer: {@code 7 x 7 x 128}. */
  public static final int FEATURES = SIZE / 4 * (SIZE / 4) * 2 * CHANNELS;

  public static final float SLOPE = 0.2f;
  public static final float LEARNING_RATE = 2e-4f;
  public static final float BETA1 = 0.5f;

  private static final Adam ADAM = new Adam(LEARNING_RATE, BETA1, 0.999f, 1e-8f, 0, 0);

  /** Weighs the reconstruction against the adversarial loss, for the generator. */
  public static final float GAMMA = 1;

  @Override
  public String name() {
    return "W2 vaegan-28";
  }

  /**
   * Of the products that the gradients need: each of the encoder's and discriminator's weights by
   * its own loss; the generator's inputs by the reconstruction alone, for the encoder, and with the
   * adversarial loss, for its weights; the generated images by either loss.
   */
  @Override
  public long flops() {
    long outer = Flops.product(BATCH * SIZE / 2 * SIZE / 2, 16, CHANNELS);
    long inner = Flops.product(BATCH * SIZE / 4 * SIZE / 4, 16 * CHANNELS, 2 * CHANNELS);
    long head = Flops.product(BATCH, FEATURES, 2 * LATENT);
    long code = Flops.product(BATCH, LATENT, FEATURES);
    long verdict = Flops.product(BATCH, FEATURES, 1);
    long encoder = 2 * outer + 3 * inner + 3 * head;
    // Twice forward, by the weights of both and by all but the code, and once more by the code.
    long generator = 2 * (code + inner + outer) + 2 * (code + 2 * inner + 2 * outer);
    generator += code + inner + outer;
    // Three times forward, by the weights and by what is between them, and thrice by the images.
    long discriminator = 3 * (3 * verdict + 3 * inner + 2 * outer);
    discriminator += 3 * (inner + outer) + 2 * verdict;
    return encoder + generator + discriminator;
  }

  Map<String, float[]> inputs() {
    return Map.of(
        "x", Data.uniform("x", BATCH * SIZE * SIZE),
        "noise", Data.normal("noise", BATCH * LATENT),
        "prior", Data.normal("prior", BATCH * LATENT));
  }

  @Override
  public Contender ours(Device device) {
    Networks networks = new Networks(CHANNELS, 1);
    var encoder =
        Sequential.of(
            networks.down("encoder.conv1", 0, false),
            new BatchNorm("encoder.norm1", CHANNELS),
            Activation.LEAKY_RELU,
            networks.down("encoder.conv2", 1, false),
            new BatchNorm("encoder.norm2", 2 * CHANNELS),
            Activation.LEAKY_RELU,
            new Flatten(),
            new Linear("encoder.head", FEATURES, 2 * LATENT, Activation.NONE));
    Sequential generator = generator(networks);
    var features =
        Sequential.of(
            networks.down("discriminator.conv1", 0, true),
            Activation.LEAKY_RELU,
            networks.down("discriminator.conv2", 1, false),
            new BatchNorm("discriminator.norm2", 2 * CHANNELS),
            Activation.LEAKY_RELU,
            new Flatten());
    var judge = new Linear("discriminator.linear", FEATURES, 1, Activation.NONE);
    var ofEncoder = new ParameterSet("encoder", encoder.parameters());
    var ofGenerator = new ParameterSet("generator", generator.parameters());
    var ofDiscriminator =
        ParameterSet.of("discriminator", features.parameters(), judge.parameters());
    var statistics =
        ParameterSet.of(
            "statistics", encoder.statistics(), generator.statistics(), features.statistics());
    Shape codes = Shape.of(BATCH, LATENT);
    BiFunction<Tensor, Tensor, List<Objective>> step =
        (noise, prior) -> {
          Tensor x = Tensor.of(new Input("x", Shape.of(BATCH, SIZE, SIZE, 1)));
          List<Tensor> posterior = Ops.split(encoder.apply(x), List.of(LATENT, LATENT));
          var q = new Gaussian(posterior.get(0), posterior.get(1));
          Tensor z = Ops.reparameterise(q.mean(), q.logVariance(), noise);
          Tensor real = features.apply(x);
          Tensor rebuilt = features.apply(generator.apply(z));
          Tensor sampled = features.apply(generator.apply(prior));
          Tensor kl = Ops.mean(q.klFromStandard());
          Tensor error = Ops.rowSum(Ops.square(Ops.subtract(real, rebuilt)));
          Tensor reconstruction = Ops.scale(Ops.mean(error), 0.5f);
          Tensor fooling = Ops.add(asReal(judge, rebuilt), asReal(judge, sampled));
          Tensor telling =
              Ops.add(asReal(judge, real), Ops.add(asFake(judge, rebuilt), asFake(judge, sampled)));
          return List.of(
              new Objective("encoder", Ops.add(kl, reconstruction), ofEncoder, ADAM),
              new Objective(
                  "generator",
                  Ops.add(Ops.scale(reconstruction, GAMMA), fooling),
                  ofGenerator,
                  ADAM),
              new Objective("discriminator", telling, ofDiscriminator, ADAM));
        };
    return new TrainingStep(
        device,
        List.of(ofEncoder, ofGenerator, ofDiscriminator, statistics),
        () -> step.apply(Ops.randomNormal(codes), Ops.randomNormal(codes)),
        () ->
            step.apply(Tensor.of(new Input("noise", codes)), Tensor.of(new Input("prior", codes))),
        inputs(),
        COMPARED);
  }

  /**
   * Codes to images: {@code linear, norm, ReLU, 7 x 7 x 128, convT, norm, ReLU, convT, sigmoid}.
   */
  static Sequential generator(Networks networks) {
    return Sequential.of(
        networks.linear("generator.linear", LATENT, FEATURES),
        new Reshape(Shape.of(SIZE / 4, SIZE / 4, 2 * CHANNELS)),
        new BatchNorm("generator.norm1", 2 * CHANNELS),
        Activation.RELU,
        networks.up("generator.conv1", 1, false),
        new BatchNorm("generator.norm2", CHANNELS),
        Activation.RELU,
        networks.up("generator.conv2", 0, true),
        Activation.SIGMOID);
  }

  private static Tensor asReal(Layer judge, Tensor features) {
    return Ops.mean(Ops.softplus(Ops.negate(judge.apply(features))));
  }

  private static Tensor asFake(Layer judge, Tensor features) {
    return Ops.mean(Ops.softplus(judge.apply(features)));
  }
}
