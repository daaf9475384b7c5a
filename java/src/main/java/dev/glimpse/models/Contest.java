package dev.glimpse.models;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.mean;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.scale;
import static dev.glimpse.ops.Ops.square;
import static dev.glimpse.ops.Ops.subtract;

import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.models.Discriminator.Verdict;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.Layer;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.Model.Lesson;
import dev.glimpse.train.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;

/**
 * What encoder, generator and discriminator of a VAE/GAN learn from a batch: algorithm 1 of Larsen
 * et al., "Autoencoding beyond pixels using a learned similarity metric", ICML 2016. All three
 * learn from one forward pass.
 */
final class Contest {
  private final Discriminator discriminator;
  private final float beta;
  private final float gamma;
  private final Equilibrium equilibrium;
  private final ParameterSet ofEncoder;
  private final ParameterSet ofGenerator;
  private final ParameterSet ofDiscriminator;
  private final ParameterSet statistics;

  Contest(
      Settings settings,
      Encoder encoder,
      GaussianHead posterior,
      Layer generator,
      Discriminator discriminator) {
    this(
        settings,
        ParameterSet.of("encoder", encoder.parameters(), posterior.parameters()),
        ParameterSet.of("generator", generator.parameters()),
        discriminator,
        List.of(encoder.statistics(), generator.statistics()));
  }

  /**
   * @param statistics the running statistics of encoder and generator
   */
  Contest(
      Settings settings,
      ParameterSet ofEncoder,
      ParameterSet ofGenerator,
      Discriminator discriminator,
      List<List<Parameter>> statistics) {
    this.discriminator = discriminator;
    this.ofEncoder = ofEncoder;
    this.ofGenerator = ofGenerator;
    beta = (float) settings.number("beta");
    gamma = (float) settings.number("gamma");
    equilibrium = Equilibrium.of(settings);
    ofDiscriminator = ParameterSet.of("discriminator", discriminator.parameters());
    var all = new ArrayList<Parameter>();
    statistics.forEach(all::addAll);
    all.addAll(discriminator.statistics());
    all.addAll(equilibrium.counts());
    this.statistics = ParameterSet.of("statistics", all);
  }

  static Settings define(Settings settings) {
    return Equilibrium.define(Discriminator.define(settings))
        .define("beta", 8.0, 0, "weight of the KL term beside reconstruction, for the encoder")
        .define("gamma", 0.05, 0, "weight of the VAE's loss beside deceit, for the generator");
  }

  List<ParameterSet> parameters() {
    return List.of(ofEncoder, ofGenerator, ofDiscriminator, statistics);
  }

  /**
   * The lesson of a batch.
   *
   * @param kl KL(q(z | x) || p(z)), {@code [N, 1]}
   * @param error - log p(x | z), {@code [N, 1]}; null to take the error in the discriminator's
   *     features instead
   * @param reconstruction the images of codes drawn from q
   * @param sample the images of codes drawn from p
   * @param labels of all three; null for a discriminator without classes
   */
  Lesson lesson(
      Tensor kl,
      Tensor error,
      Tensor real,
      Tensor reconstruction,
      Tensor sample,
      Tensor labels,
      Function<String, Optimizer> optimizers) {
    Verdict ofReal = discriminator.judge(real);
    Verdict ofReconstruction = discriminator.judge(reconstruction);
    Verdict ofSample = discriminator.judge(sample);

    Tensor prior = mean(kl);
    Tensor similarity = error == null ? featureError(ofReal, ofReconstruction) : mean(error);
    Tensor bound = add(scale(prior, beta), similarity);
    Tensor realLoss = discriminator.lossOfReal(ofReal, labels);
    Tensor fakeLoss =
        add(discriminator.lossOfFake(ofReconstruction), discriminator.lossOfFake(ofSample));
    // Rather than - fakeLoss, whose gradient vanishes where the discriminator is sure.
    Tensor deceit =
        add(
            discriminator.lossOfReal(ofReconstruction, labels),
            discriminator.lossOfReal(ofSample, labels));

    Tensor perFake = scale(fakeLoss, 0.5f);
    var objectives =
        List.of(
            new Objective("encoder", bound, ofEncoder, optimizers.apply("encoder")),
            new Objective(
                "generator",
                // The KL term is for DRAW, whose encoder sees what the generator has drawn so far.
                add(scale(bound, gamma), deceit),
                ofGenerator,
                optimizers.apply("generator"),
                equilibrium.generator(realLoss, perFake)),
            new Objective(
                "discriminator",
                add(realLoss, fakeLoss),
                ofDiscriminator,
                optimizers.apply("discriminator"),
                equilibrium.discriminator(realLoss, perFake)));
    var metrics = new LinkedHashMap<String, Tensor>();
    metrics.put("kl", prior);
    metrics.put(error == null ? "featureError" : "reconstruction", similarity);
    metrics.put("realLoss", realLoss);
    metrics.put("fakeLoss", fakeLoss);
    metrics.put("generatorLoss", deceit);
    return new Lesson(objectives, metrics);
  }

  /** - log p(Dis_l(x) | z), but for a constant: equation 7. */
  private static Tensor featureError(Verdict real, Verdict reconstruction) {
    Tensor error = square(subtract(real.features(), reconstruction.features()));
    return scale(mean(rowSum(error)), 0.5f);
  }
}
