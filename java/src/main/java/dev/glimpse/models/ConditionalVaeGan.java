package dev.glimpse.models;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.concat;
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
 * CVAE + conditional GAN: VAE/GAN (Larsen et al. 2016) on labels, with a discriminator that tells K
 * real classes and a fake one. The generator is taught to be read as the label it was given.
 */
public final class ConditionalVaeGan implements LatentModel {
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

  /** A model for labelled images of a shape. */
  public ConditionalVaeGan(DataShape data, Settings settings) {
    int classes = Models.classes(data, "cvaegan");
    Dcgan networks = Dcgan.of(data, settings);
    latent = settings.integer("latent");
    gamma = (float) settings.number("gamma");
    encoder = networks.encoder("encoder", classes);
    posterior = new GaussianHead("posterior", encoder.features(), latent);
    generator = networks.generator("generator", latent + classes);
    discriminator = new Discriminator(networks, classes);
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

  /** q(z | x, y). */
  private Gaussian posterior(Tensor x, Tensor y) {
    return posterior.apply(encoder.apply(x, y));
  }

  private Tensor generate(Tensor z, Tensor y) {
    return sigmoid(generator.apply(concat(List.of(z, y))));
  }

  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    Tensor x = example.images();
    Tensor y = example.labels();
    Gaussian q = posterior(x, y);
    Tensor reconstruction = generate(q.sample(), y);
    Tensor sample = generate(randomNormal(q.mean().shape()), y);
    Verdict ofReal = discriminator.judge(x);
    Verdict ofReconstruction = discriminator.judge(reconstruction);
    Verdict ofSample = discriminator.judge(sample);

    Tensor prior = mean(q.klFromStandard());
    Tensor error = square(subtract(ofReal.features(), ofReconstruction.features()));
    Tensor similarity = scale(mean(rowSum(error)), 0.5f);
    Tensor realLoss = discriminator.lossOfReal(ofReal, y);
    Tensor fakeLoss =
        add(discriminator.lossOfFake(ofReconstruction), discriminator.lossOfFake(ofSample));
    Tensor deceit =
        add(discriminator.lossOfReal(ofReconstruction, y), discriminator.lossOfReal(ofSample, y));
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

  @Override
  public Map<String, Tensor> evaluate(Example example) {
    Tensor x = example.images();
    Tensor y = example.labels();
    Gaussian q = posterior(x, y);
    Tensor error = square(subtract(x, generate(q.mean(), y)));
    return Map.of("kl", q.klFromStandard(), "squaredError", rowSum(error));
  }

  @Override
  public Tensor sample(int count, Tensor labels) {
    return generate(randomNormal(Shape.of(count, latent)), labels);
  }

  @Override
  public int latent() {
    return latent;
  }

  @Override
  public Tensor encode(Example example) {
    return posterior(example.images(), example.labels()).mean();
  }

  @Override
  public Tensor decode(Tensor codes, Tensor labels) {
    return generate(codes, labels);
  }

  @Override
  public List<ParameterSet> parameters() {
    return List.of(encoderParameters, generatorParameters, discriminatorParameters, statistics);
  }

  @Override
  public boolean conditional() {
    return true;
  }
}
