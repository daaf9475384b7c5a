package dev.glimpse.models;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.divide;
import static dev.glimpse.ops.Ops.mean;
import static dev.glimpse.ops.Ops.randomNormal;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.scale;
import static dev.glimpse.ops.Ops.shift;
import static dev.glimpse.ops.Ops.softmax;
import static dev.glimpse.ops.Ops.softmaxCrossEntropy;
import static dev.glimpse.ops.Ops.sqrt;
import static dev.glimpse.ops.Ops.square;
import static dev.glimpse.ops.Ops.stopGradient;
import static dev.glimpse.ops.Ops.sum;

import dev.glimpse.graph.Gradients;
import dev.glimpse.nn.Activation;
import dev.glimpse.nn.Linear;
import dev.glimpse.nn.Sequential;
import dev.glimpse.nn.Training;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.Example;
import dev.glimpse.train.Settings;
import java.util.List;

/**
 * q(y | x) of semi-supervised models, with what helps it when labels are few: label smoothing;
 * virtual adversarial training (Miyato et al. 2018), which makes it give the same answer for an
 * image and for the neighbour of the image that would change the answer most; and consistency,
 * which asks the same of the image distorted.
 */
final class LabelClassifier {
  /**
   * How far from an image the worst direction is looked for; large enough that float32 sees a
   * difference.
   */
  private static final float PROBE = 0.5f;

  private final int classes;
  private final Sequential features;
  private final Linear logits;
  private final float smoothing;
  private final float vat;
  private final float radius;
  private final float consistency;

  LabelClassifier(String name, SemiSupervisedNetworks networks, Settings settings) {
    classes = networks.data().classes();
    features = networks.features(name);
    logits = new Linear(name + ".logits", networks.last(), classes, Activation.NONE);
    smoothing = (float) settings.number("smoothing");
    vat = (float) settings.number("vat");
    radius = (float) settings.number("vat.radius");
    consistency = (float) settings.number("consistency");
  }

  static Settings define(Settings settings) {
    return settings
        .share("smoothing", 0.0, "share of a label given to all classes alike")
        .define("vat", 1.0, 0, "weight of the virtual adversarial loss beside the labels'")
        .define("vat.radius", 2.0, 0, "how far an adversarial image is from the image, over all")
        .define(
            "consistency",
            0.0,
            0,
            "weight of the loss of reading an image otherwise once it is distorted");
  }

  /**
   * What it makes of some examples.
   *
   * @param features of its last hidden layer, {@code [N, F]}
   * @param logits {@code [N, K]}
   */
  record Verdict(Tensor features, Tensor logits) {}

  Verdict judge(Tensor examples) {
    Tensor seen = features.apply(examples);
    return new Verdict(seen, logits.apply(seen));
  }

  private Tensor logits(Tensor examples) {
    return judge(examples).logits();
  }

  /**
   * What the classifier has still to learn, in nats.
   *
   * @param logits of the example's labelled images, {@code [N, K]}
   * @param unlabelledLogits of its unlabelled images, {@code [M, K]}
   */
  Tensor loss(Tensor logits, Example example, Tensor unlabelledLogits) {
    Tensor targets = shift(scale(example.labels(), 1 - smoothing), smoothing / classes);
    Tensor loss = mean(softmaxCrossEntropy(logits, targets));
    if (vat > 0) {
      Tensor adversarial = virtualAdversarialLoss(example.unlabelled(), unlabelledLogits);
      loss = add(loss, scale(adversarial, vat));
    }
    if (consistency > 0) {
      loss = add(loss, scale(inconsistency(example.distorted(), unlabelledLogits), consistency));
    }
    return loss;
  }

  /**
   * KL(p(y | x) || p(y | x')) but for the constant entropy of p(y | x), where x' is x distorted: an
   * image reads as before when it is turned a little (Xie et al., "Unsupervised data augmentation
   * for consistency training", NeurIPS 2020).
   */
  Tensor inconsistency(Tensor distorted, Tensor logits) {
    return mean(softmaxCrossEntropy(logits(distorted), stopGradient(softmax(logits))));
  }

  /**
   * KL(p(y | x) || p(y | x + r)) but for the constant entropy of p(y | x), where r is the
   * perturbation of a given length that makes it largest, found by one step of power iteration
   * (Miyato et al., algorithm 1).
   */
  Tensor virtualAdversarialLoss(Tensor x, Tensor logits) {
    Tensor p = stopGradient(softmax(logits));
    Tensor d = unit(randomNormal(x.shape()));
    Tensor probed = Training.aside(() -> logits(add(x, scale(d, PROBE))));
    Tensor nearby = sum(softmaxCrossEntropy(probed, p));
    Tensor steepest = stopGradient(Gradients.ofTensors(nearby, List.of(d)).get(0));
    Tensor r = scale(unit(steepest), radius);
    return mean(softmaxCrossEntropy(Training.aside(() -> logits(add(x, r))), p));
  }

  /** Each row scaled to length 1. */
  private static Tensor unit(Tensor rows) {
    return divide(rows, sqrt(shift(rowSum(square(rows)), 1e-20f)));
  }

  List<Parameter> parameters() {
    return Sequential.of(features, logits).parameters();
  }

  List<Parameter> statistics() {
    return features.statistics();
  }
}
