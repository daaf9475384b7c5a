package dev.glimpse.models;

import static dev.glimpse.ops.Ops.constant;
import static dev.glimpse.ops.Ops.greater;
import static dev.glimpse.ops.Ops.randomNormal;
import static dev.glimpse.ops.Ops.stopGradient;
import static dev.glimpse.ops.Ops.subtract;

import dev.glimpse.graph.Gate;
import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.LabelRows;
import dev.glimpse.nn.Layer;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.ClassifyingModel;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import dev.glimpse.train.Trainer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * M1 + M2 (Kingma et al. 2014, section 2.3): a VAE of images learns first; then its codes are the
 * features of which M2 is a model.
 */
public final class StackedSemiSupervisedVae implements LatentModel, ClassifyingModel {
  private static final String VAE_EPOCHS = "m1.epochs";

  private final Encoder encoder;
  private final GaussianHead posterior;
  private final Layer decoder;
  private final int vaeEpochs;
  private final int features;
  private final M2 m2;
  private final Observation feature;
  private final ParameterSet vaeParameters;
  private final ParameterSet m2Parameters;
  private final ParameterSet statistics;
  private final Parameter vaeSteps = count("m1.steps");
  private final Parameter m2Steps = count("m2.steps");

  /** A model for labelled images of a shape, as the settings describe it. */
  public StackedSemiSupervisedVae(DataShape data, Settings settings) {
    int classes = Models.classes(data, "m1m2");
    vaeEpochs = settings.integer(VAE_EPOCHS);
    features = settings.integer("m1.latent");
    var networks =
        new Networks(
            data,
            Networks.define(new Settings())
                .standard("hidden", settings.text("m1.hidden"))
                .standard("latent", features));
    encoder = networks.encoder("m1.encoder", 0);
    posterior = new GaussianHead("m1.posterior", encoder.features(), features);
    decoder = networks.decoder("m1.decoder", features, 0);

    // To M2, the features of an image are a row of numbers.
    var seen = new SemiSupervisedNetworks(new DataShape(1, features, 1, classes), settings);
    feature = new Observation.Features(new GaussianHead("features", seen.last(), features));
    m2 = new M2(seen, settings, feature, vaeEpochs);

    vaeParameters =
        ParameterSet.of("m1", encoder.parameters(), posterior.parameters(), decoder.parameters());
    m2Parameters = ParameterSet.of("m2", m2.encoderParameters(), m2.decoderParameters());
    statistics = ParameterSet.of("statistics", m2.statistics(), List.of(vaeSteps, m2Steps));
  }

  /** Defines the model's settings. */
  public static Settings settings() {
    return M2.define("mlp", "500")
        .define(VAE_EPOCHS, 5, 1, "epochs in which the VAE learns; in the others, M2")
        .define("m1.hidden", "600,600", "widths of the VAE's hidden layers")
        .size("m1.latent", 50, "dimensions of the VAE's code, which are M2's features");
  }

  /**
   * Refuses a training that could end before M2 begins to learn; other models' settings are fine.
   *
   * @throws SettingException that names the epochs that are needed
   */
  static void check(Settings settings) {
    if (settings.has(VAE_EPOCHS)) {
      checkEpochs(settings, "train.epochs");
      if (settings.integer("train.patience") > 0) {
        checkEpochs(settings, "train.patience");
      }
    }
  }

  private static void checkEpochs(Settings settings, String name) {
    if (settings.integer(name) <= settings.integer(VAE_EPOCHS)) {
      throw new SettingException(
          "%s must be more than m1.epochs, %d, after which M2 begins to learn, not %d"
              .formatted(name, settings.integer(VAE_EPOCHS), settings.integer(name)));
    }
  }

  private static Parameter count(String name) {
    return new Parameter(name, Shape.of(1), Initializer.constant(0));
  }

  /** q(z1 | x) of M1. */
  private Gaussian features(Tensor x) {
    return posterior.apply(encoder.apply(x));
  }

  private Elbo bound(Tensor x) {
    Gaussian q = features(x);
    Tensor z = q.sample();
    Tensor logLikelihood = new Observation.Pixels(decoder).logLikelihood(z, x);
    return Elbo.of(q, null, z, logLikelihood, 1);
  }

  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    Elbo bound = bound(example.unlabelled());
    M2.Lesson lesson =
        m2.learn(
            new Example(
                stopGradient(features(example.images()).sample()),
                example.labels(),
                stopGradient(features(example.unlabelled()).sample()),
                stopGradient(features(example.distorted()).sample())));
    Tensor first = greater(constant(vaeEpochs, Shape.SCALAR), Tensor.of(Trainer.EPOCH));
    Tensor then = subtract(constant(1, Shape.SCALAR), first);
    var objectives =
        List.of(
            new Objective(
                "m1",
                bound.loss(),
                vaeParameters,
                optimizers.apply("m1"),
                new Gate(first, vaeSteps)),
            new Objective(
                "m2",
                lesson.loss(),
                m2Parameters,
                optimizers.apply("m2"),
                new Gate(then, m2Steps)));
    var metrics = new LinkedHashMap<>(bound.means());
    metrics.put("featureBound", lesson.metrics().get("elbo"));
    metrics.put("crossEntropy", lesson.metrics().get("crossEntropy"));
    return new Lesson(objectives, metrics);
  }

  @Override
  public Map<String, Tensor> evaluate(Example example) {
    Tensor f = features(example.images()).mean();
    var measures = new LinkedHashMap<>(Readings.of(m2.classify(f), example.labels()));
    measures.putAll(bound(example.images()).perExample());
    // A mean is likelier than the codes of which M2 is a model.
    measures.put("featureBound", m2.bound(features(example.images()).sample()));
    return measures;
  }

  @Override
  public Map<String, Tensor> classify(Tensor images) {
    return Map.of("encoder", m2.classify(features(images).mean()));
  }

  @Override
  public Tensor sample(int count, Tensor labels) {
    return decode(randomNormal(Shape.of(count, latent())), labels);
  }

  @Override
  public int latent() {
    return m2.latent();
  }

  @Override
  public Gaussian posterior(Example example) {
    Tensor f = features(example.images()).mean();
    return m2.posterior(f, LabelRows.given(example.labels()));
  }

  @Override
  public Tensor decode(Tensor codes, Tensor labels) {
    Tensor f = feature.mean(m2.decode(codes, LabelRows.given(labels)));
    return new Observation.Pixels(decoder).mean(f);
  }

  @Override
  public List<ParameterSet> parameters() {
    return List.of(vaeParameters, m2Parameters, statistics);
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
