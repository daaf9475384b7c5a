package dev.glimpse.models;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.mean;
import static dev.glimpse.ops.Ops.randomNormal;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.scale;
import static dev.glimpse.ops.Ops.sigmoid;
import static dev.glimpse.ops.Ops.square;
import static dev.glimpse.ops.Ops.subtract;

import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.models.Discriminator.Verdict;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.Layer;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.Settings;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * VAE/GAN (Larsen et al., "Autoencoding beyond pixels using a learned similarity metric", ICML
 * 2016): a variational auto-encoder whose decoder is the generator of a GAN, and whose
 * reconstructions are judged by what the discriminator sees in them.
 */
public final class VaeGan implements LatentModel {
  private final int latent;
  private final float gamma;
  private final Encoder encoder;
  private final GaussianHead posterior;
  private final Layer generator;
  private final Discriminator discriminator;
  private final Equilibrium equilibrium;
  private final ParameterSet encoderParameters;
  private final ParameterSet generatorParameters;
  private final ParameterSet discriminatorParameters;
  private final ParameterSet statistics;

  /** A model for images of a shape. */
  public VaeGan(DataShape data, Settings settings) {
    Dcgan networks = Dcgan.of(data, settings);
    latent = settings.integer("latent");
    gamma = (float) settings.number("gamma");
    encoder = networks.encoder("encoder", 0);
    posterior = new GaussianHead("posterior", encoder.features(), latent);
    generator = networks.generator("generator", latent);
    discriminator = new Discriminator(networks, 0);
    equilibrium = Equilibrium.of(settings);
    encoderParameters = ParameterSet.of("encoder", encoder.parameters(), posterior.parameters());
    generatorParameters = ParameterSet.of("generator", generator.parameters());
    discriminatorParameters = ParameterSet.of("discriminator", discriminator.parameters());
    statistics =
        ParameterSet.of(
            "statistics",
            encoder.statistics(),
            generator.statistics(),
            discriminator.statistics(),
            equilibrium.counts());
  }

  /** Defines the model's settings. */
  public static Settings settings() {
    return Equilibrium.define(Dcgan.define(new Settings()))
        .define("latent", 64, 1, "dimensions of the code")
        .define("gamma", 0.01, 0, "weight of reconstruction beside deceit, for the generator");
  }

  private Gaussian posterior(Tensor x) {
    return posterior.apply(encoder.apply(x));
  }

  private Tensor generate(Tensor z) {
    return sigmoid(generator.apply(z));
  }

  /** Algorithm 1 of the paper. */
  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    Tensor x = example.images();
    Gaussian q = posterior(x);
    Tensor reconstruction = generate(q.sample());
    Tensor sample = generate(randomNormal(q.mean().shape()));
    Verdict ofReal = discriminator.judge(x);
    Verdict ofReconstruction = discriminator.judge(reconstruction);
    Verdict ofSample = discriminator.judge(sample);

    Tensor prior = mean(q.klFromStandard());
    Tensor similarity = featureError(ofReal, ofReconstruction);
    Tensor realLoss = discriminator.lossOfReal(ofReal, null);
    Tensor fakeLoss =
        add(discriminator.lossOfFake(ofReconstruction), discriminator.lossOfFake(ofSample));
    Tensor deceit =
        add(
            discriminator.lossOfReal(ofReconstruction, null),
            discriminator.lossOfReal(ofSample, null));
    return new Lesson(
        List.of(
            new Objective(
                "encoder", add(prior, similarity), encoderParameters, optimizers.apply("encoder")),
            new Objective(
                "generator",
                add(scale(similarity, gamma), deceit),
                generatorParameters,
                optimizers.apply("generator"),
                equilibrium.generator(realLoss, scale(fakeLoss, 0.5f))),
            new Objective(
                "discriminator",
                add(realLoss, fakeLoss),
                discriminatorParameters,
                optimizers.apply("discriminator"),
                equilibrium.discriminator(realLoss, scale(fakeLoss, 0.5f)))),
        Map.of(
            "kl", prior,
            "featureError", similarity,
            "realLoss", realLoss,
            "fakeLoss", fakeLoss,
            "generatorLoss", deceit));
  }

  /** - log p(Dis_l(x) | z) but for a constant: the paper's equation 7. */
  private static Tensor featureError(Verdict real, Verdict reconstruction) {
    Tensor error = square(subtract(real.features(), reconstruction.features()));
    return scale(mean(rowSum(error)), 0.5f);
  }

  @Override
  public Map<String, Tensor> evaluate(Example example) {
    Tensor x = example.images();
    Gaussian q = posterior(x);
    Tensor error = square(subtract(x, generate(q.mean())));
    return Map.of("kl", q.klFromStandard(), "squaredError", rowSum(error));
  }

  @Override
  public Tensor sample(int count, Tensor labels) {
    return generate(randomNormal(Shape.of(count, latent)));
  }

  @Override
  public int latent() {
    return latent;
  }

  @Override
  public Tensor encode(Example example) {
    return posterior(example.images()).mean();
  }

  @Override
  public Tensor decode(Tensor codes, Tensor labels) {
    return generate(codes);
  }

  @Override
  public List<ParameterSet> parameters() {
    return List.of(encoderParameters, generatorParameters, discriminatorParameters, statistics);
  }

  @Override
  public boolean conditional() {
    return false;
  }
}
