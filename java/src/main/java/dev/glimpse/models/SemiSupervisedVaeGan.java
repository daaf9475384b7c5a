package dev.glimpse.models;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.columnSum;
import static dev.glimpse.ops.Ops.concat;
import static dev.glimpse.ops.Ops.logSumExp;
import static dev.glimpse.ops.Ops.mean;
import static dev.glimpse.ops.Ops.negate;
import static dev.glimpse.ops.Ops.randomNormal;
import static dev.glimpse.ops.Ops.scale;
import static dev.glimpse.ops.Ops.softmaxCrossEntropy;
import static dev.glimpse.ops.Ops.softplus;
import static dev.glimpse.ops.Ops.split;
import static dev.glimpse.ops.Ops.square;
import static dev.glimpse.ops.Ops.subtract;

import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.models.LabelClassifier.Verdict;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.LabelRows;
import dev.glimpse.ops.Axis;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.ClassifyingModel;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A semi-supervised VAE with a conditional GAN on top. The decoder of M2 is the generator; the
 * discriminator tells K real classes and a fake one, and the generator matches its features
 * (Salimans et al., "Improved techniques for training GANs", NIPS 2016, sections 3.1 and 5). Labels
 * are read by the encoder, q(y | x), and by the discriminator.
 */
public final class SemiSupervisedVaeGan implements LatentModel, ClassifyingModel {
  private final float gamma;
  private final M2 m2;
  private final Observation pixels;
  private final LabelClassifier discriminator;
  private final ParameterSet ofEncoder;
  private final ParameterSet ofGenerator;
  private final ParameterSet ofDiscriminator;
  private final ParameterSet statistics;

  /** A model for labelled images of a shape, as the settings describe it. */
  public SemiSupervisedVaeGan(DataShape data, Settings settings) {
    Models.classes(data, "ssl-gan");
    gamma = (float) settings.number("gamma");
    if (gamma == 0) {
      throw new SettingException("gamma must be above 0: the encoder learns by it, too");
    }
    var networks = new SemiSupervisedNetworks(data, settings);
    pixels = new Observation.Pixels(networks.pixels("pixels"));
    m2 = new M2(networks, settings, pixels, 0);
    discriminator = new LabelClassifier("discriminator", networks.discriminator(), settings);
    ofEncoder = ParameterSet.of("encoder", m2.encoderParameters());
    ofGenerator = ParameterSet.of("generator", m2.decoderParameters());
    ofDiscriminator = ParameterSet.of("discriminator", discriminator.parameters());
    statistics = ParameterSet.of("statistics", m2.statistics(), discriminator.statistics());
  }

  /** Defines the model's settings. */
  public static Settings settings() {
    return SemiSupervisedNetworks.defineDiscriminator(M2.define("mlp", "500,500"))
        .define(
            "gamma",
            0.01,
            0,
            "weight of the VAE's loss beside deceit, for the generator; above 0, since the encoder's"
                + " gradients have it as a factor, too (which Adam takes no notice of)");
  }

  private Tensor generate(Tensor z, Tensor y) {
    return pixels.mean(m2.decode(z, LabelRows.given(y)));
  }

  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    Tensor x = example.images();
    Tensor y = example.labels();
    Tensor u = example.unlabelled();
    M2.Lesson lesson = m2.learn(example);
    // Adam takes no notice of a factor, but with the same one for both the VAE's gradients are
    // computed once.
    Tensor bound = scale(lesson.loss(), gamma);

    int labelled = y.shape().rows();
    Tensor fake = generate(randomNormal(Shape.of(labelled, latent())), y);
    Verdict all = discriminator.judge(concat(Axis.FIRST, List.of(x, u, fake)));
    List<Integer> counts = List.of(labelled, u.shape().rows(), labelled);
    List<Tensor> logits = split(Axis.FIRST, all.logits(), counts);
    List<Tensor> features = split(Axis.FIRST, all.features(), counts);

    Tensor error = discriminator.loss(logits.get(0), example, logits.get(1));
    Tensor realLoss = mean(softplus(negate(logSumExp(logits.get(1)))));
    Tensor fakeLoss = mean(softplus(logSumExp(logits.get(2))));
    Tensor mismatch =
        mean(square(subtract(columnMean(features.get(1)), columnMean(features.get(2)))));
    Tensor deceit = add(mismatch, mean(softmaxCrossEntropy(logits.get(2), y)));

    var objectives =
        List.of(
            new Objective("encoder", bound, ofEncoder, optimizers.apply("encoder")),
            new Objective(
                "generator", add(bound, deceit), ofGenerator, optimizers.apply("generator")),
            new Objective(
                "discriminator",
                add(error, scale(add(realLoss, fakeLoss), 0.5f)),
                ofDiscriminator,
                optimizers.apply("discriminator")));
    var metrics = new LinkedHashMap<>(lesson.metrics());
    metrics.put("realLoss", realLoss);
    metrics.put("fakeLoss", fakeLoss);
    metrics.put("generatorLoss", deceit);
    return new Lesson(objectives, metrics);
  }

  private static Tensor columnMean(Tensor rows) {
    return scale(columnSum(rows), 1f / rows.shape().rows());
  }

  /** The measures of the discriminator as a classifier, and the VAE's bound. */
  @Override
  public Map<String, Tensor> evaluate(Example example) {
    Tensor x = example.images();
    Map<String, Tensor> logits = classify(x);
    var measures = new LinkedHashMap<>(Readings.of(logits.get("discriminator"), example.labels()));
    measures.put("encoderAccuracy", Readings.accuracy(logits.get("encoder"), example.labels()));
    measures.put("elbo", m2.bound(x));
    return measures;
  }

  @Override
  public Map<String, Tensor> classify(Tensor images) {
    var classifiers = new LinkedHashMap<String, Tensor>();
    classifiers.put("encoder", m2.classify(images));
    classifiers.put("discriminator", discriminator.judge(images).logits());
    return classifiers;
  }

  @Override
  public Tensor sample(int count, Tensor labels) {
    return generate(randomNormal(Shape.of(count, latent())), labels);
  }

  @Override
  public int latent() {
    return m2.latent();
  }

  @Override
  public Gaussian posterior(Example example) {
    return m2.posterior(example.images(), LabelRows.given(example.labels()));
  }

  @Override
  public Tensor decode(Tensor codes, Tensor labels) {
    return generate(codes, labels);
  }

  @Override
  public List<ParameterSet> parameters() {
    return List.of(ofEncoder, ofGenerator, ofDiscriminator, statistics);
  }

  @Override
  public boolean conditional() {
    return true;
  }

  @Override
  public boolean semiSupervised() {
    return true;
  }
}
