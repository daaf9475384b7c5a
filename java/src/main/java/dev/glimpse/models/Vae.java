package dev.glimpse.models;

import static dev.glimpse.ops.Ops.bernoulliCrossEntropy;
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
 * The variational auto-encoder (Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014),
 * with perceptrons or convolutions, and Bernoulli pixels. With the setting {@code bound=iwae} it
 * climbs the importance-weighted bound (Burda et al., "Importance weighted autoencoders", ICLR
 * 2016).
 */
public final class Vae implements LatentModel, LikelihoodModel {
  private final int latent;
  private final int samples;
  private final boolean importanceWeighted;
  private final Encoder encoder;
  private final GaussianHead posterior;
  private final Layer decoder;
  private final CodePrior prior;
  private final ParameterSet parameters;
  private final ParameterSet statistics;

  /** A model for images of a shape, as the settings describe it. */
  public Vae(DataShape data, Settings settings) {
    var networks = new Networks(data, settings);
    latent = networks.latent();
    samples = settings.integer("samples");
    importanceWeighted = settings.text("bound").equals("iwae");
    encoder = networks.encoder("encoder", 0);
    posterior = new GaussianHead("posterior", encoder.features(), latent);
    decoder = networks.decoder("decoder", latent, 0);
    prior = CodePrior.of(networks, 0);
    parameters =
        ParameterSet.of(
            "vae",
            encoder.parameters(),
            posterior.parameters(),
            decoder.parameters(),
            prior.parameters());
    statistics = ParameterSet.of("statistics", encoder.statistics(), decoder.statistics());
  }

  /** Defines the model's settings. */
  public static Settings settings() {
    return CodePrior.define(Networks.define(new Settings()), List.of("standard", "flow"))
        .choice(
            "bound",
            List.of("elbo", "iwae"),
            "what training climbs: elbo, or iwae, the importance-weighted bound; validation tells the"
                + " elbo of both")
        .define("samples", 1, 1, "codes drawn for every image, in training");
  }

  /** q(z | x). */
  private Gaussian posterior(Tensor x) {
    return posterior.apply(encoder.apply(x));
  }

  /** The logits of p(x | z). */
  private Tensor logits(Tensor z) {
    return decoder.apply(z);
  }

  private Elbo bound(Tensor x, int samples) {
    Gaussian q = posterior(x);
    Tensor z = q.repeat(samples).sample();
    Tensor logLikelihood = negate(rowSum(bernoulliCrossEntropy(logits(z), repeat(x, samples))));
    return prior.bound(q, null, z, logLikelihood, samples);
  }

  @Override
  public List<ParameterSet> parameters() {
    return List.of(parameters, statistics);
  }

  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    Elbo bound = bound(example.images(), samples);
    Tensor loss = importanceWeighted ? bound.importanceWeightedLoss() : bound.loss();
    var objective = new Objective("elbo", loss, parameters, optimizers.apply("elbo"));
    return new Lesson(List.of(objective), bound.means());
  }

  @Override
  public Map<String, Tensor> evaluate(Example example) {
    return bound(example.images(), 1).perExample();
  }

  @Override
  public Tensor logWeights(Example example, int samples) {
    return bound(example.images(), samples).logWeights();
  }

  @Override
  public Tensor sample(int count, Tensor labels) {
    return decode(prior.codes(randomNormal(Shape.of(count, latent)), null), null);
  }

  @Override
  public int latent() {
    return latent;
  }

  @Override
  public Gaussian posterior(Example example) {
    return posterior(example.images());
  }

  @Override
  public Tensor decode(Tensor codes, Tensor labels) {
    return sigmoid(logits(codes));
  }

  @Override
  public boolean conditional() {
    return false;
  }
}
