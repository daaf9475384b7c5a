package dev.glimpse.models;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.concat;
import static dev.glimpse.ops.Ops.logSumExp;
import static dev.glimpse.ops.Ops.mean;
import static dev.glimpse.ops.Ops.multiply;
import static dev.glimpse.ops.Ops.negate;
import static dev.glimpse.ops.Ops.relu;
import static dev.glimpse.ops.Ops.reshape;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.scale;
import static dev.glimpse.ops.Ops.shift;
import static dev.glimpse.ops.Ops.softmax;
import static dev.glimpse.ops.Ops.split;
import static dev.glimpse.ops.Ops.subtract;

import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.LabelRows;
import dev.glimpse.nn.LabelledLinear;
import dev.glimpse.nn.Layer;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Axis;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.Example;
import dev.glimpse.train.Settings;
import dev.glimpse.train.Trainer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The generative semi-supervised model M2 (Kingma et al., "Semi-supervised learning with deep
 * generative models", NIPS 2014): p(y) p(z) p(x | y, z), with q(z | x, y) and q(y | x), which is
 * the classifier. It learns from examples of which few have labels.
 */
final class M2 {
  private final int classes;
  private final int latent;
  private final float alpha;
  private final int firstEpoch;
  private final int unlabelledWarmup;
  private final Observation observation;
  private final LabelClassifier classifier;
  private final Layer encoderTrunk;
  private final LabelledLinear encoderJoint;
  private final Sequential encoderRest;
  private final GaussianHead posterior;
  private final LabelledLinear decoderJoint;
  private final Sequential decoderRest;

  /**
   * @param observation p(x | h), of the decoder's last hidden layer
   * @param firstEpoch the epochs of a training that are over when it begins to learn
   */
  M2(SemiSupervisedNetworks networks, Settings settings, Observation observation, int firstEpoch) {
    this.firstEpoch = firstEpoch;
    classes = networks.data().classes();
    latent = settings.integer("latent");
    alpha = (float) settings.number("alpha");
    unlabelledWarmup = settings.integer("unlabelledWarmup");
    this.observation = observation;
    classifier = new LabelClassifier("classifier", networks.classifier(), settings);
    encoderTrunk = networks.trunk("encoder");
    encoderJoint = networks.joint("encoder.joint", networks.trunkFeatures());
    encoderRest = networks.rest("encoder");
    posterior = new GaussianHead("posterior", networks.last(), latent);
    decoderJoint = networks.joint("decoder.joint", Shape.of(latent));
    decoderRest = networks.rest("decoder");
  }

  /** Defines the settings, for perceptrons or convolutions. */
  static Settings define(String network, String hidden) {
    var settings = SemiSupervisedNetworks.define(new Settings(), network, hidden);
    settings
        .choice(
            "classifier.network",
            List.of("same", "conv", "mlp"),
            "of the classifier, the same as the VAE's or another")
        .define("alpha", 10.0, 0, "weight of the classifier's loss on labelled images")
        .define(
            "unlabelledWarmup",
            0,
            0,
            "epochs over which the weight of the bound on unlabelled images grows from 0 to 1");
    return LabelClassifier.define(settings);
  }

  int latent() {
    return latent;
  }

  /** The logits of q(y | x), {@code [N, K]}. */
  Tensor classify(Tensor x) {
    return classifier.judge(x).logits();
  }

  /** q(z | x, y), equation 4, for all rows of labels. */
  Gaussian posterior(Tensor x, LabelRows y) {
    Tensor seen = encoderJoint.ofExamples(encoderTrunk.apply(x), y);
    return posterior.apply(encoderRest.apply(seen));
  }

  /** What p(x | y, z) is made of, equation 2, for all rows of labels. */
  Tensor decode(Tensor z, LabelRows y) {
    return decoderRest.apply(decoderJoint.ofRows(z, y));
  }

  /** The bound on log p(x | y), for all rows. */
  private Elbo elbo(Tensor x, LabelRows y) {
    Gaussian q = posterior(x, y);
    Tensor z = q.sample();
    Tensor logLikelihood = observation.logLikelihood(decode(z, y), y.expand(x));
    return Elbo.of(q, null, z, logLikelihood, 1);
  }

  /**
   * L(x, y), equation 6, the negative bound on log p(x, y); p(y) is uniform.
   *
   * @param losses the negative bound on log p(x | y)
   */
  private Tensor labelled(Tensor losses) {
    return shift(losses, (float) Math.log(classes));
  }

  /**
   * U(x), equation 7, the negative bound on log p(x): the mean of L(x, y) over q(y | x), less its
   * entropy.
   *
   * @param labelled L(x, y) of every label, {@code [M K, 1]}
   * @param logits of q(y | x), {@code [M, K]}
   */
  static Tensor unlabelled(Tensor labelled, Tensor logits) {
    Tensor ofLabels = add(reshape(labelled, logits.shape()), logits);
    return subtract(rowSum(multiply(softmax(logits), ofLabels)), logSumExp(logits));
  }

  /**
   * What a step has to teach.
   *
   * @param loss a scalar
   * @param metrics scalars
   */
  record Lesson(Tensor loss, Map<String, Tensor> metrics) {}

  /**
   * U(x) with its weight in this epoch. A warm-up lets the classifier learn from labels first, lest
   * it tell images apart by whatever helps to draw them.
   */
  private Tensor warmedUp(Tensor unlabelled) {
    if (unlabelledWarmup == 0) {
      return unlabelled;
    }
    Tensor left = shift(negate(Tensor.of(Trainer.EPOCH)), (float) firstEpoch + unlabelledWarmup);
    return multiply(unlabelled, shift(scale(relu(left), -1f / unlabelledWarmup), 1));
  }

  /** J, equation 9, with as many labelled examples in a step as unlabelled ones. */
  Lesson learn(Example example) {
    Tensor x = example.images();
    Tensor u = example.unlabelled();
    Tensor all = concat(Axis.FIRST, List.of(x, u));
    List<Integer> counts = List.of(x.shape().rows(), u.shape().rows());
    List<Tensor> logits = split(Axis.FIRST, classify(all), counts);

    var y = new LabelRows(example.labels(), counts.get(1), classes);
    Elbo elbo = elbo(all, y);
    List<Tensor> losses = y.split(labelled(elbo.losses()));
    List<Tensor> bounds = y.split(labelled(negate(elbo.bounds())));
    Tensor ofLabelled = mean(losses.get(0));
    Tensor ofUnlabelled = mean(unlabelled(losses.get(1), logits.get(1)));
    Tensor error = classifier.loss(logits.get(0), example, logits.get(1));

    var metrics = new LinkedHashMap<String, Tensor>();
    metrics.put("elbo", negate(mean(unlabelled(bounds.get(1), logits.get(1)))));
    metrics.put("labelledBound", negate(mean(bounds.get(0))));
    metrics.put("crossEntropy", error);
    return new Lesson(add(add(ofLabelled, warmedUp(ofUnlabelled)), scale(error, alpha)), metrics);
  }

  /** The bound on log p(x) of each example, {@code [N, 1]}. */
  Tensor bound(Tensor x) {
    LabelRows every = LabelRows.every(x.shape().rows(), classes);
    return negate(unlabelled(labelled(negate(elbo(x, every).bounds())), classify(x)));
  }

  /** The parameters of q(y | x) and q(z | x, y). */
  List<Parameter> encoderParameters() {
    return Stream.of(
            classifier.parameters(),
            encoderTrunk.parameters(),
            encoderJoint.parameters(),
            encoderRest.parameters(),
            posterior.parameters())
        .flatMap(List::stream)
        .toList();
  }

  /** The parameters of p(x | y, z). */
  List<Parameter> decoderParameters() {
    return Stream.of(decoderJoint.parameters(), decoderRest.parameters(), observation.parameters())
        .flatMap(List::stream)
        .toList();
  }

  List<Parameter> statistics() {
    return classifier.statistics();
  }
}
