package dev.glimpse.models;

import static dev.glimpse.ops.Ops.concat;
import static dev.glimpse.ops.Ops.randomNormal;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.sigmoid;
import static dev.glimpse.ops.Ops.square;
import static dev.glimpse.ops.Ops.subtract;

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
  private final Encoder encoder;
  private final GaussianHead posterior;
  private final Layer generator;
  private final Contest contest;

  /** A model for labelled images of a shape. */
  public ConditionalVaeGan(DataShape data, Settings settings) {
    int classes = Models.classes(data, "cvaegan");
    Dcgan networks = Dcgan.of(data, settings);
    latent = settings.integer("latent");
    encoder = networks.encoder("encoder", classes);
    posterior = new GaussianHead("posterior", encoder.features(), latent);
    generator = networks.generator("generator", latent, classes);
    var discriminator = new Discriminator(networks, classes, settings);
    contest = new Contest(settings, encoder, posterior, generator, discriminator);
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
    return contest.lesson(q, x, reconstruction, sample, y, optimizers);
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
  public Gaussian posterior(Example example) {
    return posterior(example.images(), example.labels());
  }

  @Override
  public Tensor decode(Tensor codes, Tensor labels) {
    return generate(codes, labels);
  }

  @Override
  public List<ParameterSet> parameters() {
    return contest.parameters();
  }

  @Override
  public boolean conditional() {
    return true;
  }
}
