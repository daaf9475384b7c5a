package dev.glimpse.models;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.concat;
import static dev.glimpse.ops.Ops.randomNormal;
import static dev.glimpse.ops.Ops.sigmoid;

import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.models.Discriminator.Verdict;
import dev.glimpse.nn.Layer;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.GenerativeModel;
import dev.glimpse.train.Settings;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The generative adversarial network (Goodfellow et al., "Generative adversarial nets", NIPS 2014)
 * with the networks of DCGAN (Radford et al., ICLR 2016). Conditional on labels, its discriminator
 * tells K real classes and a fake one (Odena, "Semi-supervised learning with generative adversarial
 * networks", 2016).
 */
public final class Gan implements GenerativeModel {
  private final int latent;
  private final boolean conditional;
  private final Layer generator;
  private final Discriminator discriminator;
  private final ParameterSet generatorParameters;
  private final ParameterSet discriminatorParameters;
  private final ParameterSet statistics;

  private Gan(DataShape data, Settings settings, int classes) {
    Dcgan networks = Dcgan.of(data, settings);
    latent = settings.integer("latent");
    conditional = classes > 0;
    generator = networks.generator("generator", latent, classes);
    discriminator = new Discriminator(networks, classes, settings);
    generatorParameters = ParameterSet.of("generator", generator.parameters());
    discriminatorParameters = ParameterSet.of("discriminator", discriminator.parameters());
    statistics = ParameterSet.of("statistics", generator.statistics(), discriminator.statistics());
  }

  /** A model for images of a shape. */
  public static Gan unconditional(DataShape data, Settings settings) {
    return new Gan(data, settings, 0);
  }

  /** A model for labelled images, which draws what it is told to. */
  public static Gan conditional(DataShape data, Settings settings) {
    return new Gan(data, settings, Models.classes(data, "cgan"));
  }

  /** Defines the model's settings. */
  public static Settings settings() {
    return Discriminator.define(new Settings()).size("latent", 100, "dimensions of the code");
  }

  private Tensor generate(Tensor z, Tensor y) {
    return sigmoid(generator.apply(conditional ? concat(List.of(z, y)) : z));
  }

  @Override
  public List<ParameterSet> parameters() {
    return List.of(generatorParameters, discriminatorParameters, statistics);
  }

  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    Tensor y = example.labels();
    int count = example.images().shape().dimension(0);
    Verdict real = discriminator.judge(example.images());
    Verdict fake = discriminator.judge(generate(randomNormal(Shape.of(count, latent)), y));
    Tensor realLoss = discriminator.lossOfReal(real, y);
    Tensor fakeLoss = discriminator.lossOfFake(fake);
    Tensor deceit = discriminator.lossOfReal(fake, y);
    return new Lesson(
        List.of(
            new Objective(
                "discriminator",
                add(realLoss, fakeLoss),
                discriminatorParameters,
                optimizers.apply("discriminator")),
            new Objective("generator", deceit, generatorParameters, optimizers.apply("generator"))),
        Map.of("realLoss", realLoss, "fakeLoss", fakeLoss, "generatorLoss", deceit));
  }

  /** How sure the discriminator is that real images are fake; low is good for it. */
  @Override
  public Map<String, Tensor> evaluate(Example example) {
    return Map.of("logFake", discriminator.logFake(discriminator.judge(example.images())));
  }

  @Override
  public Tensor sample(int count, Tensor labels) {
    return generate(randomNormal(Shape.of(count, latent)), labels);
  }

  @Override
  public boolean conditional() {
    return conditional;
  }
}
