package dev.glimpse.models;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.bernoulliCrossEntropy;
import static dev.glimpse.ops.Ops.concat;
import static dev.glimpse.ops.Ops.constant;
import static dev.glimpse.ops.Ops.multiply;
import static dev.glimpse.ops.Ops.negate;
import static dev.glimpse.ops.Ops.repeat;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.sigmoid;
import static dev.glimpse.ops.Ops.subtract;

import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.Layer;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.CompletionModel;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.Settings;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Image completion by a conditional variational auto-encoder (Sohn et al., "Learning structured
 * output representation using deep conditional generative models", NIPS 2015, section 5.1): of an
 * image y a part x is given, and the rest is drawn, by recognition network q(z | x, y), prior
 * network p(z | x) and generation network p(y | x, z). Likelihoods are of the missing part alone.
 */
public final class CompletionVae implements CompletionModel {
  private final Parameter given;
  private final Encoder recognition;
  private final GaussianHead posterior;
  private final Encoder priorNetwork;
  private final GaussianHead prior;
  private final Layer generation;
  private final ParameterSet parameters;
  private final ParameterSet statistics;

  /** A model for images of a shape, as the settings describe it. */
  public CompletionVae(DataShape data, Settings settings) {
    var networks = new Networks(data, settings);
    int latent = networks.latent();
    given =
        new Parameter(
            "given",
            Shape.of(data.pixels()),
            Initializer.values(GivenPart.of(settings.text("given"), data)));
    recognition = networks.encoder("recognition", 0);
    posterior = new GaussianHead("posterior", recognition.features(), latent);
    priorNetwork = networks.encoder("prior", 0);
    prior = new GaussianHead("prior.head", priorNetwork.features(), latent);
    generation = networks.decoder("generation", latent + priorNetwork.features().size(), 0);
    parameters =
        ParameterSet.of(
            "completion",
            recognition.parameters(),
            posterior.parameters(),
            priorNetwork.parameters(),
            prior.parameters(),
            generation.parameters());
    statistics =
        ParameterSet.of(
            "statistics",
            List.of(given),
            recognition.statistics(),
            priorNetwork.statistics(),
            generation.statistics());
  }

  private Tensor givenPart(Tensor image) {
    return multiply(image, given.tensor());
  }

  private Tensor missingPart(Tensor image) {
    return multiply(image, subtract(constant(1, given.shape()), given.tensor()));
  }

  /** The logits of p(y | x, z), from the prior network's features of x. */
  private Tensor logits(Tensor z, Tensor features) {
    return generation.apply(concat(List.of(z, features)));
  }

  private Elbo bound(Tensor image, int samples) {
    Tensor features = priorNetwork.apply(givenPart(image));
    Gaussian p = prior.apply(features);
    // The image holds the given part.
    Gaussian q = posterior.apply(recognition.apply(image));
    Tensor z = q.repeat(samples).sample();
    Tensor logits = logits(z, repeat(features, samples));
    Tensor error = bernoulliCrossEntropy(logits, repeat(image, samples));
    return Elbo.of(q, p, z, negate(rowSum(missingPart(error))), samples);
  }

  @Override
  public List<ParameterSet> parameters() {
    return List.of(parameters, statistics);
  }

  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    Elbo bound = bound(example.images(), 1);
    var objective = new Objective("elbo", bound.loss(), parameters, optimizers.apply("elbo"));
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
  public Tensor complete(Example example) {
    Tensor part = givenPart(example.images());
    Tensor features = priorNetwork.apply(part);
    Tensor z = prior.apply(features).sample();
    return add(part, missingPart(sigmoid(logits(z, features))));
  }

  @Override
  public Parameter given() {
    return given;
  }

  @Override
  public boolean conditional() {
    return false;
  }
}
