package dev.glimpse.models;

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
 * VAE/GAN (Larsen et al., "Autoencoding beyond pixels using a learned similarity metric", ICML
 * 2016): a variational auto-encoder whose decoder is the generator of a GAN, and whose
 * reconstructions are judged by what the discriminator sees in them.
 */
public final class VaeGan implements LatentModel {
  private final int latent;
  private final Encoder encoder;
  private final GaussianHead posterior;
  private final Layer generator;
  private final Contest contest;

  /** A model for images of a shape. */
  public VaeGan(DataShape data, Settings settings) {
    Dcgan networks = Dcgan.of(data, settings);
    latent = settings.integer("latent");
    encoder = networks.encoder("encoder", 0);
    posterior = new GaussianHead("posterior", encoder.features(), latent);
    generator = networks.generator("generator", latent, 0);
    var discriminator = new Discriminator(networks, 0, settings);
    contest = new Contest(settings, encoder, posterior, generator, discriminator);
  }

  /** Defines the model's settings. */
  public static Settings settings() {
    return Contest.define(new Settings()).size("latent", 16, "dimensions of the code");
  }

  private Gaussian posterior(Tensor x) {
    return posterior.apply(encoder.apply(x));
  }

  private Tensor generate(Tensor z) {
    return sigmoid(generator.apply(z));
  }

  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    Tensor x = example.images();
    Gaussian q = posterior(x);
    Tensor reconstruction = generate(q.sample());
    Tensor sample = generate(randomNormal(q.mean().shape()));
    return contest.lesson(q, x, reconstruction, sample, null, optimizers);
  }

  @Override
  public Map<String, Tensor> evaluate(Example example) {
    Tensor x = example.images();
    Gaussian q = posterior(x);
    Tensor error = square(subtract(x, generate(q.mean())));
    return Map.of("kl", q.klFromStandard(), "squaredError", rowSum(error));
  }

  @Override
  public Tensor sample(int count, Tensor labels) {
    return generate(randomNormal(Shape.of(count, latent)));
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
    return generate(codes);
  }

  @Override
  public List<ParameterSet> parameters() {
    return contest.parameters();
  }

  @Override
  public boolean conditional() {
    return false;
  }
}
