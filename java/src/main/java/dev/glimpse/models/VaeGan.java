package dev.glimpse.models;

import static dev.glimpse.ops.Ops.concat;
import static dev.glimpse.ops.Ops.mean;
import static dev.glimpse.ops.Ops.randomNormal;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.sigmoid;
import static dev.glimpse.ops.Ops.square;
import static dev.glimpse.ops.Ops.subtract;

import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.Layer;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * VAE/GAN (Larsen et al., "Autoencoding beyond pixels using a learned similarity metric", ICML
 * 2016): a variational auto-encoder whose decoder is the generator of a GAN, and whose
 * reconstructions are judged by what the discriminator sees in them. On labels it is CVAE +
 * conditional GAN: the discriminator tells K real classes and a fake one, and the generator is
 * taught to be read as the label it was given.
 */
public final class VaeGan implements LatentModel {
  private final int latent;
  private final boolean conditional;
  private final Encoder encoder;
  private final GaussianHead posterior;
  private final CodePrior prior;

  /** Null where nothing of the prior is learnt. */
  private final ParameterSet ofPrior;

  private final Layer generator;
  private final Contest contest;

  private VaeGan(DataShape data, Settings settings, int classes) {
    Dcgan networks = Dcgan.of(data, settings);
    latent = settings.integer("latent");
    conditional = classes > 0;
    encoder = networks.encoder("encoder", classes);
    posterior = new GaussianHead("posterior", encoder.features(), latent);
    prior = CodePrior.of(settings, latent, classes);
    List<Parameter> moved = prior.parameters();
    ofPrior = moved.isEmpty() ? null : ParameterSet.of("prior", moved);
    generator = networks.generator("generator", latent, classes);
    var discriminator = new Discriminator(networks, classes, settings);
    contest = new Contest(settings, encoder, posterior, generator, discriminator);
  }

  /** A model for images of a shape. */
  public static VaeGan unconditional(DataShape data, Settings settings) {
    return new VaeGan(data, settings, 0);
  }

  /** A model for labelled images. */
  public static VaeGan conditional(DataShape data, Settings settings) {
    return new VaeGan(data, settings, Models.classes(data, "cvaegan"));
  }

  /** Defines the model's settings. */
  public static Settings settings() {
    Settings settings = Contest.define(new Settings()).size("latent", 16, "dimensions of the code");
    return CodePrior.define(settings, List.of("standard", "flow"));
  }

  /** The labels, where the model is told them; else null. */
  private Tensor told(Tensor labels) {
    return conditional ? labels : null;
  }

  /** q(z | x), or of an image and its label q(z | x, y). */
  private Gaussian posterior(Tensor x, Tensor y) {
    return posterior.apply(conditional ? encoder.apply(x, y) : encoder.apply(x));
  }

  private Tensor generate(Tensor z, Tensor y) {
    return sigmoid(generator.apply(conditional ? concat(List.of(z, y)) : z));
  }

  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    Tensor x = example.images();
    Tensor y = told(example.labels());
    Gaussian q = posterior(x, y);
    Tensor z = q.sample();
    Tensor reconstruction = generate(z, y);
    Tensor sample = sample(q.mean().shape().rows(), y);
    Lesson lesson =
        contest.lesson(q.klFromStandard(), null, x, reconstruction, sample, y, optimizers);
    return ofPrior == null ? lesson : withPrior(lesson, mean(prior.kl(q, y, z)), optimizers);
  }

  /**
   * A flow learns the codes as they are, and the encoder descends the standard normal prior's KL
   * term. If it descended the flow's, codes would drift: nothing would hold the two in place.
   */
  private Lesson withPrior(Lesson lesson, Tensor kl, Function<String, Optimizer> optimizers) {
    var objectives = new ArrayList<>(lesson.objectives());
    objectives.add(new Objective("prior", kl, ofPrior, optimizers.apply("prior")));
    var metrics = new LinkedHashMap<>(lesson.metrics());
    metrics.put("kl", kl);
    return new Lesson(objectives, metrics);
  }

  @Override
  public Map<String, Tensor> evaluate(Example example) {
    Tensor x = example.images();
    Gaussian q = posterior(example);
    Tensor y = told(example.labels());
    Tensor error = square(subtract(x, generate(q.mean(), y)));
    return Map.of("kl", prior.kl(q, y, q.sample()), "squaredError", rowSum(error));
  }

  @Override
  public Tensor sample(int count, Tensor labels) {
    Tensor y = told(labels);
    return generate(prior.codes(randomNormal(Shape.of(count, latent)), y), y);
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
    return generate(codes, labels);
  }

  @Override
  public Tensor relabel(Tensor codes, Tensor from, Tensor to) {
    return prior.codes(prior.noise(codes, from), to);
  }

  @Override
  public List<ParameterSet> parameters() {
    var all = new ArrayList<>(contest.parameters());
    if (ofPrior != null) {
      all.add(ofPrior);
    }
    return all;
  }

  @Override
  public boolean conditional() {
    return conditional;
  }
}
