package dev.glimpse.models;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.bernoulliCrossEntropy;
import static dev.glimpse.ops.Ops.concat;
import static dev.glimpse.ops.Ops.logSumExp;
import static dev.glimpse.ops.Ops.mean;
import static dev.glimpse.ops.Ops.multiply;
import static dev.glimpse.ops.Ops.negate;
import static dev.glimpse.ops.Ops.randomNormal;
import static dev.glimpse.ops.Ops.reshape;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.scale;
import static dev.glimpse.ops.Ops.shift;
import static dev.glimpse.ops.Ops.sigmoid;
import static dev.glimpse.ops.Ops.softmax;
import static dev.glimpse.ops.Ops.split;
import static dev.glimpse.ops.Ops.subtract;

import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.LabelRows;
import dev.glimpse.nn.LabelledLinear;
import dev.glimpse.nn.Layer;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Axis;
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
 * The generative semi-supervised model M2 (Kingma et al., "Semi-supervised learning with deep
 * generative models", NIPS 2014): p(y) p(z) p(x | y, z), with q(z | x, y) and q(y | x), which is
 * the classifier. It learns from images of which few have labels.
 */
public final class SemiSupervisedVae implements LatentModel, ClassifyingModel {
  private final int classes;
  private final int latent;
  private final float alpha;
  private final LabelClassifier classifier;
  private final Layer encoderTrunk;
  private final LabelledLinear encoderJoint;
  private final Sequential encoderRest;
  private final GaussianHead posterior;
  private final LabelledLinear decoderJoint;
  private final Sequential decoderRest;
  private final Layer pixels;
  private final ParameterSet parameters;
  private final ParameterSet statistics;

  /** A model for labelled images of a shape, as the settings describe it. */
  public SemiSupervisedVae(DataShape data, Settings settings) {
    classes = Models.classes(data, "semi-supervised vae");
    latent = settings.integer("latent");
    alpha = (float) settings.number("alpha");
    var networks = new SemiSupervisedNetworks(data, settings);
    classifier = new LabelClassifier(networks, classes, settings);
    encoderTrunk = networks.trunk("encoder");
    encoderJoint = networks.joint("encoder.joint", networks.trunkFeatures(), classes);
    encoderRest = networks.rest("encoder");
    posterior = new GaussianHead("posterior", networks.last(), latent);
    decoderJoint = networks.joint("decoder.joint", Shape.of(latent), classes);
    decoderRest = networks.rest("decoder");
    pixels = networks.pixels("pixels");
    parameters =
        ParameterSet.of(
            "ssl",
            classifier.parameters(),
            encoderTrunk.parameters(),
            encoderJoint.parameters(),
            encoderRest.parameters(),
            posterior.parameters(),
            decoderJoint.parameters(),
            decoderRest.parameters(),
            pixels.parameters());
    statistics = ParameterSet.of("statistics", classifier.statistics());
  }

  /** Defines the model's settings, for perceptrons. */
  public static Settings perceptrons() {
    return define("mlp", "500,500");
  }

  /** Defines the model's settings, for convolutions. */
  public static Settings convolutions() {
    return define("conv", "256");
  }

  private static Settings define(String network, String hidden) {
    var settings = SemiSupervisedNetworks.define(new Settings(), network, hidden);
    settings.define("alpha", 10.0, 0, "weight of the classifier's loss on labelled images");
    return LabelClassifier.define(settings);
  }

  /** q(z | x, y), equation 4, for all rows of labels. */
  private Gaussian posterior(Tensor x, LabelRows y) {
    Tensor seen = encoderJoint.ofExamples(encoderTrunk.apply(x), y);
    return posterior.apply(encoderRest.apply(seen));
  }

  /** The logits of p(x | y, z), equation 2. */
  private Tensor logits(Tensor z, LabelRows y) {
    return pixels.apply(decoderRest.apply(decoderJoint.ofRows(z, y)));
  }

  /** The bound on log p(x | y), for all rows of labels. */
  private Elbo bound(Tensor x, LabelRows y) {
    Gaussian q = posterior(x, y);
    Tensor z = q.sample();
    Tensor error = bernoulliCrossEntropy(logits(z, y), y.expand(x));
    return Elbo.of(q, null, z, negate(rowSum(error)), 1);
  }

  /** L(x, y), equation 6, the negative bound on log p(x, y); p(y) is uniform. */
  private Tensor labelled(Elbo bound) {
    return shift(bound.losses(), (float) Math.log(classes));
  }

  /**
   * U(x), equation 7, the negative bound on log p(x): the mean of L(x, y) over q(y | x), less its
   * entropy.
   *
   * @param labelled L(x, y) of every label, {@code [M K, 1]}
   * @param logits of q(y | x), {@code [M, K]}
   */
  private Tensor unlabelled(Tensor labelled, Tensor logits) {
    Tensor ofLabels = add(reshape(labelled, logits.shape()), logits);
    return subtract(rowSum(multiply(softmax(logits), ofLabels)), logSumExp(logits));
  }

  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    Tensor x = example.images();
    Tensor u = example.unlabelled();
    Tensor all = concat(Axis.FIRST, List.of(x, u));
    int unlabelled = u.shape().rows();
    List<Tensor> logits =
        split(Axis.FIRST, classifier.logits(all), List.of(x.shape().rows(), unlabelled));

    var rows = new LabelRows(example.labels(), unlabelled, classes);
    List<Tensor> losses = rows.split(labelled(bound(all, rows)));
    Tensor ofLabelled = mean(losses.get(0));
    Tensor ofUnlabelled = mean(unlabelled(losses.get(1), logits.get(1)));
    Tensor error = classifier.loss(logits.get(0), example.labels(), logits.get(1), u);
    // J, equation 9, with as many labelled images in a step as unlabelled ones.
    Tensor loss = add(add(ofLabelled, ofUnlabelled), scale(error, alpha));

    var objective = new Objective("ssl", loss, parameters, optimizers.apply("ssl"));
    var metrics = new LinkedHashMap<String, Tensor>();
    metrics.put("elbo", negate(ofUnlabelled));
    metrics.put("labelledBound", negate(ofLabelled));
    metrics.put("crossEntropy", error);
    return new Lesson(List.of(objective), metrics);
  }

  @Override
  public Map<String, Tensor> evaluate(Example example) {
    Tensor x = example.images();
    Tensor logits = classifier.logits(x);
    Tensor losses = labelled(bound(x, LabelRows.every(x.shape().rows(), classes)));
    var measures = new LinkedHashMap<>(Readings.of(logits, example.labels()));
    measures.put("elbo", negate(unlabelled(losses, logits)));
    return measures;
  }

  @Override
  public Map<String, Tensor> classify(Tensor images) {
    return Map.of("encoder", classifier.logits(images));
  }

  @Override
  public Tensor sample(int count, Tensor labels) {
    return decode(randomNormal(Shape.of(count, latent)), labels);
  }

  @Override
  public int latent() {
    return latent;
  }

  @Override
  public Tensor encode(Example example) {
    return posterior(example.images(), LabelRows.given(example.labels())).mean();
  }

  @Override
  public Tensor decode(Tensor codes, Tensor labels) {
    return sigmoid(logits(codes, LabelRows.given(labels)));
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
