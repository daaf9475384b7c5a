package dev.glimpse.models;

import static dev.glimpse.ops.Ops.logSumExp;
import static dev.glimpse.ops.Ops.mean;
import static dev.glimpse.ops.Ops.multiply;
import static dev.glimpse.ops.Ops.negate;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.softplus;
import static dev.glimpse.ops.Ops.split;
import static dev.glimpse.ops.Ops.subtract;

import dev.glimpse.nn.Activation;
import dev.glimpse.nn.GaussianNoise;
import dev.glimpse.nn.Layer;
import dev.glimpse.nn.Linear;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.Settings;
import java.util.List;

/**
 * The discriminator of DCGAN. Without classes it gives the logit of an image being real; with K of
 * them the logits of K real classes and one fake class (Odena 2016; Salimans et al. 2016, section
 * 5).
 */
final class Discriminator implements Layer {
  private final int classes;
  private final Sequential features;
  private final Linear logits;

  Discriminator(Dcgan networks, int classes, Settings settings) {
    this.classes = classes;
    features =
        Sequential.of(
            new GaussianNoise((float) settings.number("noise")),
            networks.discriminator("discriminator"));
    logits =
        new Linear(
            "discriminator.linear",
            networks.features(),
            Shape.of(classes + 1),
            Activation.NONE,
            true,
            Initializer.dcgan());
  }

  /** Defines its settings, and those of its networks. */
  static Settings define(Settings settings) {
    // A discriminator that is sure teaches little; noise lets real and fake images overlap
    // (Arjovsky and Bottou, "Towards principled methods for training GANs", ICLR 2017, section 3).
    return Dcgan.define(settings)
        .define("noise", 0.0, 0, "deviation of the noise on all images that a discriminator sees");
  }

  /**
   * What it makes of some images.
   *
   * @param features of its last hidden layer, {@code [N, F]}
   * @param logits {@code [N, 1]} or {@code [N, K + 1]}, the fake class last
   */
  record Verdict(Tensor features, Tensor logits) {}

  Verdict judge(Tensor images) {
    Tensor seen = features.apply(images);
    return new Verdict(seen, logits.apply(seen));
  }

  @Override
  public Tensor apply(Tensor images) {
    return judge(images).logits();
  }

  /**
   * The mean of - log D of images being real, and of their class {@code [N, K]} where there are.
   */
  Tensor lossOfReal(Verdict verdict, Tensor labels) {
    if (classes == 0) {
      return mean(softplus(negate(verdict.logits)));
    }
    Tensor real = split(verdict.logits, List.of(classes, 1)).get(0);
    return mean(subtract(logSumExp(verdict.logits), rowSum(multiply(labels, real))));
  }

  /** The mean of - log D of images being fake. */
  Tensor lossOfFake(Verdict verdict) {
    if (classes == 0) {
      return mean(softplus(verdict.logits));
    }
    Tensor fake = split(verdict.logits, List.of(classes, 1)).get(1);
    return mean(subtract(logSumExp(verdict.logits), fake));
  }

  /** The logarithm of the probability of being fake, {@code [N, 1]}, in nats. */
  Tensor logFake(Verdict verdict) {
    return classes == 0
        ? negate(softplus(verdict.logits))
        : subtract(split(verdict.logits, List.of(classes, 1)).get(1), logSumExp(verdict.logits));
  }

  @Override
  public List<Parameter> parameters() {
    return Sequential.of(features, logits).parameters();
  }

  @Override
  public List<Parameter> statistics() {
    return features.statistics();
  }
}
