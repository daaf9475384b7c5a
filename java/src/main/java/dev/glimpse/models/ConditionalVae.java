package dev.glimpse.models;

import static dev.glimpse.ops.Ops.bernoulliCrossEntropy;
import static dev.glimpse.ops.Ops.concat;
import static dev.glimpse.ops.Ops.negate;
import static dev.glimpse.ops.Ops.randomNormal;
import static dev.glimpse.ops.Ops.repeat;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.sigmoid;

import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.Layer;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.LikelihoodModel;
import dev.glimpse.train.Settings;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The conditional variational auto-encoder (Sohn et al., "Learning structured output representation
 * using deep conditional generative models", NIPS 2015) on labels: q(z | x, y), p(x | z, y), and a
 * {@link CodePrior} p(z | y).
 */
public final class ConditionalVae implements LatentModel, LikelihoodModel {
  private final int latent;
  private final Encoder encoder;
  private final GaussianHead posterior;
  private final CodePrior prior;
  private final Layer decoder;
  private final ParameterSet parameters;
  private final ParameterSet statistics;

  /** A model for labelled images of a shape, as the settings describe it. */
  public ConditionalVae(DataShape data, Settings settings) {
    int classes = Models.classes(data, "cvae");
    var networks = new Networks(data, settings);
    latent = networks.latent();
    encoder = networks.encoder("encoder", classes);
    posterior = new GaussianHead("posterior", encoder.features(), latent);
    decoder = networks.decoder("decoder", latent, classes);
    prior = CodePrior.of(networks, classes);
    parameters =
        ParameterSet.of(
            "cvae",
            encoder.parameters(),
            posterior.parameters(),
            decoder.parameters(),
            prior.parameters());
    statistics = ParameterSet.of("statistics", encoder.statistics(), decoder.statistics());
  }

  /** Defines the model's settings. */
  public static Settings settings() {
    return CodePrior.define(Networks.define(new Settings()), List.of("standard", "network", "flow"))
        .choice(
            "condition",
            List.of("labels", "quadrants"),
            "what the model is told: labels, or a part of the image, which it completes")
        .define(
            "given",
            "2",
            "with condition=quadrants, how many are given: 1, 2 or 3; or a picture, light where the"
                + " image is given");
  }

  /** q(z | x, y). */
  private Gaussian posterior(Tensor x, Tensor y) {
    return posterior.apply(encoder.apply(x, y));
  }

  /** The logits of p(x | z, y). */
  private Tensor logits(Tensor z, Tensor y) {
    return decoder.apply(concat(List.of(z, y)));
  }

  private Elbo bound(Example example, int samples) {
    Tensor x = example.images();
    Tensor y = example.labels();
    Gaussian q = posterior(x, y);
    Tensor z = q.repeat(samples).sample();
    Tensor logits = logits(z, repeat(y, samples));
    Tensor logLikelihood = negate(rowSum(bernoulliCrossEntropy(logits, repeat(x, samples))));
    return prior.bound(q, y, z, logLikelihood, samples);
  }

  @Override
  public List<ParameterSet> parameters() {
    return List.of(parameters, statistics);
  }

  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    Elbo bound = bound(example, 1);
    var objective = new Objective("elbo", bound.loss(), parameters, optimizers.apply("elbo"));
    return new Lesson(List.of(objective), bound.means());
  }

  @Override
  public Map<String, Tensor> evaluate(Example example) {
    return bound(example, 1).perExample();
  }

  @Override
  public Tensor logWeights(Example example, int samples) {
    return bound(example, samples).logWeights();
  }

  @Override
  public Tensor sample(int count, Tensor labels) {
    return decode(prior.codes(randomNormal(Shape.of(count, latent)), labels), labels);
  }

  @Override
  public int latent() {
    return latent;
  }

  @Override
  public Gaussian posterior(Example example) {
    return posterior(example.images(), example.labels());
  }

  @Override
  public Tensor decode(Tensor codes, Tensor labels) {
    return sigmoid(logits(codes, labels));
  }

  @Override
  public Tensor relabel(Tensor codes, Tensor from, Tensor to) {
    return prior.codes(prior.noise(codes, from), to);
  }

  @Override
  public boolean conditional() {
    return true;
  }
}
