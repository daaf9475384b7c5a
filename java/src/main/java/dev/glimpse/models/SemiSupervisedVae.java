package dev.glimpse.models;

import static dev.glimpse.ops.Ops.randomNormal;

import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.LabelRows;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.ClassifyingModel;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.Settings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A VAE that learns to read labels from images of which few have one: M2 of Kingma et al.,
 * "Semi-supervised learning with deep generative models", NIPS 2014. Its q(y | x) is the
 * classifier.
 */
public final class SemiSupervisedVae implements LatentModel, ClassifyingModel {
  private final M2 m2;
  private final Observation pixels;
  private final ParameterSet parameters;
  private final ParameterSet statistics;

  /** A model for labelled images of a shape, as the settings describe it. */
  public SemiSupervisedVae(DataShape data, Settings settings) {
    Models.classes(data, "a semi-supervised vae");
    var networks = new SemiSupervisedNetworks(data, settings);
    pixels = new Observation.Pixels(networks.pixels("pixels"));
    m2 = new M2(networks, settings, pixels, 0);
    parameters = ParameterSet.of("ssl", m2.encoderParameters(), m2.decoderParameters());
    statistics = ParameterSet.of("statistics", m2.statistics());
  }

  /** Defines the model's settings, for perceptrons. */
  public static Settings perceptrons() {
    return M2.define("mlp", "500,500");
  }

  /** Defines the model's settings, for convolutions. */
  public static Settings convolutions() {
    return M2.define("conv", "256").standard("width", 16);
  }

  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    M2.Lesson lesson = m2.learn(example);
    var objective = new Objective("ssl", lesson.loss(), parameters, optimizers.apply("ssl"));
    return new Lesson(List.of(objective), lesson.metrics());
  }

  @Override
  public Map<String, Tensor> evaluate(Example example) {
    Tensor x = example.images();
    var measures = new LinkedHashMap<>(Readings.of(m2.classify(x), example.labels()));
    measures.put("elbo", m2.bound(x));
    return measures;
  }

  @Override
  public Map<String, Tensor> classify(Tensor images) {
    return Map.of("encoder", m2.classify(images));
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
    return m2.posterior(example.images(), LabelRows.given(example.labels()));
  }

  @Override
  public Tensor decode(Tensor codes, Tensor labels) {
    return pixels.mean(m2.decode(codes, LabelRows.given(labels)));
  }

  @Override
  public List<ParameterSet> parameters() {
    return List.of(parameters, statistics);
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
