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
import dev.glimpse.nn.Activation;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.Linear;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The conditional variational auto-encoder (Sohn et al., "Learning structured output representation
 * using deep conditional generative models", NIPS 2015) on labels: q(z | x, y), p(x | z, y), and
 * either a prior network p(z | y) or the standard normal prior.
 */
public final class ConditionalVae implements LatentModel {
  private final int latent;
  private final Sequential encoder;
  private final GaussianHead posterior;
  private final Sequential priorNetwork;
  private final GaussianHead prior;
  private final Sequential decoder;
  private final Linear pixels;
  private final ParameterSet parameters;

  /** A model for labelled images of a shape, as the settings describe it. */
  public ConditionalVae(DataShape data, Settings settings) {
    if (data.classes() == 0) {
      throw new SettingException("cvae needs labelled images, and this data has no labels");
    }
    List<Integer> hidden = Networks.hidden(settings);
    Activation activation = Networks.activation(settings);
    int classes = data.classes();
    int last = hidden.get(hidden.size() - 1);
    latent = settings.integer("latent");
    encoder =
        Sequential.perceptron(
            "encoder", Networks.widths(data.pixels() + classes, hidden), activation);
    posterior = new GaussianHead("posterior", last, latent);
    decoder =
        Sequential.perceptron("decoder", Networks.widths(latent + classes, hidden), activation);
    pixels = new Linear("pixels", last, data.pixels(), Activation.NONE);
    var all = new ArrayList<Parameter>(encoder.parameters());
    all.addAll(posterior.parameters());
    all.addAll(decoder.parameters());
    all.addAll(pixels.parameters());
    if (settings.text("prior").equals("network")) {
      priorNetwork = Sequential.perceptron("prior", Networks.widths(classes, hidden), activation);
      prior = new GaussianHead("prior.head", last, latent);
      all.addAll(priorNetwork.parameters());
      all.addAll(prior.parameters());
    } else {
      priorNetwork = null;
      prior = null;
    }
    parameters = new ParameterSet("cvae", all);
  }

  /** Defines the model's settings. */
  public static Settings settings() {
    return Networks.define(new Settings())
        .choice("prior", List.of("standard", "network"), "p(z): standard, or a network's p(z | y)");
  }

  /** q(z | x, y). */
  private Gaussian posterior(Tensor x, Tensor y) {
    return posterior.apply(encoder.apply(concat(List.of(x, y))));
  }

  /** p(z | y); null where the prior is the standard one. */
  private Gaussian prior(Tensor y) {
    return prior == null ? null : prior.apply(priorNetwork.apply(y));
  }

  /** The logits of p(x | z, y). */
  private Tensor logits(Tensor z, Tensor y) {
    return pixels.apply(decoder.apply(concat(List.of(z, y))));
  }

  private Elbo bound(Example example, int samples) {
    Tensor x = example.images();
    Tensor y = example.labels();
    Gaussian q = posterior(x, y);
    Tensor z = q.repeat(samples).sample();
    Tensor logits = logits(z, repeat(y, samples));
    Tensor logLikelihood = negate(rowSum(bernoulliCrossEntropy(logits, repeat(x, samples))));
    return new Elbo(q, prior(y), z, logLikelihood, samples);
  }

  @Override
  public List<ParameterSet> parameters() {
    return List.of(parameters);
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
    Tensor z = prior == null ? randomNormal(Shape.of(count, latent)) : prior(labels).sample();
    return decode(z, labels);
  }

  @Override
  public Tensor reconstruct(Example example) {
    return decode(encode(example), example.labels());
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
    return sigmoid(logits(codes, labels));
  }

  @Override
  public boolean conditional() {
    return true;
  }
}
