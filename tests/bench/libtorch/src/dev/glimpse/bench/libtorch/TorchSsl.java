package dev.glimpse.bench.libtorch;

import static dev.glimpse.bench.Ssl.CHANNELS;
import static dev.glimpse.bench.Ssl.CLASSES;
import static dev.glimpse.bench.Ssl.FEATURES;
import static dev.glimpse.bench.Ssl.HIDDEN;
import static dev.glimpse.bench.Ssl.KERNEL;
import static dev.glimpse.bench.Ssl.LABELLED;
import static dev.glimpse.bench.Ssl.LATENT;
import static dev.glimpse.bench.Ssl.ROWS;
import static dev.glimpse.bench.Ssl.SIZE;
import static dev.glimpse.bench.Ssl.UNLABELLED;

import dev.glimpse.bench.Ssl;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * {@link Ssl} with autograd and fused Adam. Both kinds of images go through a network as one batch,
 * what the encoder sees of an image is computed once for all labels, and all codes are decoded as
 * one batch. Pools come before rectifiers, which then see a quarter.
 */
final class TorchSsl extends NoisyStep {
  private static final long LAST = 1;
  private static final int NONE = 0;

  private final Tensor x;
  private final Tensor unlabelled;
  private final Tensor labels;
  private final UnaryOperator<Tensor> classify;
  private final UnaryOperator<Tensor> look;
  private final Tensor seenLabels;
  private final UnaryOperator<Tensor> posterior;
  private final UnaryOperator<Tensor> hear;
  private final Tensor toldLabels;
  private final UnaryOperator<Tensor> draw;
  private final FusedAdam adam;
  private final TensorOptional unweighted = new TensorOptional();
  private final Scalar half = new Scalar(0.5f);
  private final Scalar halfOfCode = new Scalar(0.5f * LATENT);
  private final Scalar logOfClasses = new Scalar((float) Math.log(CLASSES));
  private final Scalar perLabelled = new Scalar(1f / LABELLED);
  private final Scalar perUnlabelled = new Scalar(1f / UNLABELLED);
  private final Scalar alpha = new Scalar(Ssl.ALPHA / LABELLED);

  TorchSsl(Map<String, float[]> start) {
    super(start, Tensors.of(start.get("noise"), ROWS, LATENT), Ssl.COMPARED);
    x = Tensors.of(start.get("x"), LABELLED, SIZE * SIZE);
    unlabelled = Tensors.of(start.get("unlabelled"), UNLABELLED, SIZE * SIZE);
    labels = Tensors.of(start.get("labels"), LABELLED, CLASSES);

    var classifier = new Network(start, "classifier", true);
    classify =
        Network.chain(
            trunk(classifier),
            classifier.linear("linear", FEATURES, HIDDEN, true),
            torch::relu_,
            classifier.linear("logits", HIDDEN, CLASSES, true));
    var encoder = new Network(start, "encoder", true);
    look = Network.chain(trunk(encoder), encoder.linear("joint", FEATURES, HIDDEN, true));
    seenLabels = encoder.matrix("joint", "label", CLASSES, HIDDEN);
    posterior = encoder.linear("posterior", HIDDEN, 2 * LATENT, true);
    var decoder = new Network(start, "decoder", true);
    hear = decoder.linear("joint", LATENT, HIDDEN, true);
    toldLabels = decoder.matrix("joint", "label", CLASSES, HIDDEN);
    draw =
        Network.chain(
            torch::relu_,
            decoder.linear("linear", HIDDEN, FEATURES, true),
            torch::relu_,
            Network.images(SIZE / 4, 2 * CHANNELS),
            decoder.transposed("conv1", 2 * CHANNELS, CHANNELS, true),
            torch::relu_,
            decoder.transposed("conv2", CHANNELS, 1, true),
            Network.rows(SIZE * SIZE));
    adam = classifier.adam(Ssl.LEARNING_RATE, 0.9, encoder, decoder);
  }

  private static UnaryOperator<Tensor> trunk(Network network) {
    return Network.chain(
        Network.images(SIZE, 1),
        network.same("conv1", KERNEL, 1, CHANNELS),
        Network::pool,
        torch::relu_,
        network.same("conv2", KERNEL, CHANNELS, 2 * CHANNELS),
        Network::pool,
        torch::relu_,
        Network.rows(FEATURES));
  }

  private static Tensor joined(Tensor a, Tensor b) {
    return torch.cat(new TensorVector(a, b), 0);
  }

  /** Rows of the labelled images, and of the others for every label. */
  private Tensor expanded(Tensor rows, Tensor labelled) {
    return joined(labelled, every(rows.narrow(0, LABELLED, UNLABELLED), null));
  }

  /** Rows of unlabelled images, once for every label, with a row of a table added to each. */
  private static Tensor every(Tensor rows, Tensor table) {
    long width = rows.size(1);
    Tensor each = rows.unsqueeze(1);
    Tensor all = table == null ? each.expand(UNLABELLED, CLASSES, width) : each.add(table);
    return all.reshape(UNLABELLED * CLASSES, width);
  }

  @Override
  Tensor loss(Tensor eps) {
    Tensor all = joined(x, unlabelled);
    Tensor features = look.apply(all);
    Tensor known = torch.addmm(features.narrow(0, 0, LABELLED), labels, seenLabels);
    Tensor others = every(features.narrow(0, LABELLED, UNLABELLED), seenLabels);
    TensorVector q = torch.chunk(posterior.apply(torch.relu_(joined(known, others))), 2, LAST);
    Tensor mean = q.get(0);
    Tensor logVariance = q.get(1);
    Tensor deviation = torch.exp(torch.mul(logVariance, half));
    Tensor codes = hear.apply(torch.addcmul(mean, deviation, eps));
    Tensor knownCodes = torch.addmm(codes.narrow(0, 0, LABELLED), labels, toldLabels);
    Tensor otherCodes =
        codes
            .narrow(0, LABELLED, UNLABELLED * CLASSES)
            .view(UNLABELLED, CLASSES, HIDDEN)
            .add(toldLabels)
            .view(UNLABELLED * CLASSES, HIDDEN);
    Tensor logits = draw.apply(joined(knownCodes, otherCodes));
    Tensor error =
        torch
            .binary_cross_entropy_with_logits(
                logits, expanded(all, x), unweighted, unweighted, NONE)
            .sum(LAST);
    Tensor terms = mean.square().add(deviation.square()).sub(logVariance);
    Tensor kl = terms.sum(LAST).mul(half).sub(halfOfCode);
    Tensor bounds = error.add(kl).add(logOfClasses);

    Tensor guesses = torch.log_softmax(classify.apply(all), LAST);
    Tensor learnt = guesses.narrow(0, 0, LABELLED).mul(labels).sum().mul(alpha);
    Tensor logs = guesses.narrow(0, LABELLED, UNLABELLED);
    Tensor ofLabels =
        bounds.narrow(0, LABELLED, UNLABELLED * CLASSES).view(UNLABELLED, CLASSES).add(logs);
    Tensor ofUnlabelled = torch.exp(logs).mul(ofLabels).sum().mul(perUnlabelled);
    return bounds.narrow(0, 0, LABELLED).sum().mul(perLabelled).add(ofUnlabelled).sub(learnt);
  }

  @Override
  void descend(Tensor loss) {
    adam.step(torch.grad(new TensorVector(loss), adam.parameters()));
  }
}
