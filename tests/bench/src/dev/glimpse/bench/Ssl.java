package dev.glimpse.bench;

import dev.glimpse.device.Device;
import dev.glimpse.graph.Objective;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.Activation;
import dev.glimpse.nn.Conv2d;
import dev.glimpse.nn.ConvTranspose2d;
import dev.glimpse.nn.Flatten;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.LabelRows;
import dev.glimpse.nn.LabelledLinear;
import dev.glimpse.nn.Linear;
import dev.glimpse.nn.MaxPool2d;
import dev.glimpse.nn.Reshape;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Axis;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Window;
import dev.glimpse.train.Adam;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * W3, one training step of the semi-supervised model M2 (Kingma et al. 2014) with convolutions, on
 * 28x28 images: 100 with labels, and 100 without, whose bound is taken over every label. That makes
 * 1,100 codes and as many decoded images.
 */
public final class Ssl implements Workload {
  public static final int COMPARED = 3;
  public static final int LABELLED = 100;
  public static final int UNLABELLED = 100;
  public static final int SIZE = 28;
  public static final int CLASSES = 10;
  public static final int LATENT = 50;
  public static final int HIDDEN = 256;

  /** Of the larger hidden images; the smaller ones have twice as many. */
  public static final int CHANNELS = 32;

  /** Of the smaller images: {@code 7 x 7 x 64}. */
  public static final int FEATURES = SIZE / 4 * (SIZE / 4) * 2 * CHANNELS;

  /** Of the convolutions that read. */
  public static final int KERNEL = 5;

  /** Labels of an image that are summed over or known. */
  public static final int ROWS = LABELLED + UNLABELLED * CLASSES;

  public static final float LEARNING_RATE = 3e-4f;

  /** Weight of the classifier's mean loss: 0.1 N of the sum's, over N labelled images. */
  public static final float ALPHA = 0.1f * LABELLED;

  private static final Window READ = Window.square(KERNEL, 1, KERNEL / 2);
  private static final Window POOL = Window.square(2, 2, 0);
  private static final Window DRAW = Window.square(4, 2, 1);
  private static final Adam ADAM = new Adam(LEARNING_RATE, 0.9f, 0.999f, 1e-8f, 0, 0);

  @Override
  public String name() {
    return "W3 ssl-m2-conv";
  }

  /** Of the products that the gradients need; a label's part of one is a look-up. */
  @Override
  public long flops() {
    int images = LABELLED + UNLABELLED;
    int taps = KERNEL * KERNEL;
    long outer = Flops.product(images * SIZE * SIZE, taps, CHANNELS);
    long inner = Flops.product(images * SIZE / 2 * SIZE / 2, taps * CHANNELS, 2 * CHANNELS);
    long joint = Flops.product(images, FEATURES, HIDDEN);
    long trunk = 2 * outer + 3 * inner + 3 * joint;
    long classifier = trunk + 3 * Flops.product(images, HIDDEN, CLASSES);
    long encoder = trunk + 3 * Flops.product(ROWS, HIDDEN, 2 * LATENT);
    long decoder = Flops.product(ROWS, LATENT, HIDDEN) + Flops.product(ROWS, HIDDEN, FEATURES);
    decoder += Flops.product(ROWS * SIZE / 4 * SIZE / 4, 2 * CHANNELS, 16 * CHANNELS);
    decoder += Flops.product(ROWS * SIZE / 2 * SIZE / 2, CHANNELS, 16);
    return classifier + encoder + 3 * decoder;
  }

  private static Map<String, float[]> inputs() {
    return Map.of(
        "x", Data.uniform("x", LABELLED * SIZE * SIZE),
        "labels", Data.oneHot("labels", LABELLED, CLASSES),
        "unlabelled", Data.uniform("unlabelled", UNLABELLED * SIZE * SIZE),
        "noise", Data.normal("noise", ROWS * LATENT));
  }

  @Override
  public Contender ours(Device device) {
    var classifier =
        Sequential.of(
            trunk("classifier"),
            new Linear("classifier.linear", FEATURES, HIDDEN, Activation.RELU),
            new Linear("classifier.logits", HIDDEN, CLASSES, Activation.NONE));
    Sequential trunk = trunk("encoder");
    var seen = joint("encoder.joint", FEATURES);
    var posterior = new GaussianHead("encoder.posterior", HIDDEN, LATENT);
    var told = joint("decoder.joint", LATENT);
    Sequential draw =
        Sequential.of(
            new Linear("decoder.linear", HIDDEN, FEATURES, Activation.RELU),
            new Reshape(Shape.of(SIZE / 4, SIZE / 4, 2 * CHANNELS)),
            up("decoder.conv1", 2 * CHANNELS, CHANNELS),
            Activation.RELU,
            up("decoder.conv2", CHANNELS, 1),
            new Flatten());
    var parameters =
        ParameterSet.of(
            "ssl",
            classifier.parameters(),
            trunk.parameters(),
            seen.parameters(),
            posterior.parameters(),
            told.parameters(),
            draw.parameters());
    Function<Tensor, List<Objective>> step =
        noise -> {
          Tensor x = input("x", LABELLED, SIZE * SIZE);
          Tensor labels = input("labels", LABELLED, CLASSES);
          Tensor unlabelled = input("unlabelled", UNLABELLED, SIZE * SIZE);
          Tensor all = Ops.concat(Axis.FIRST, List.of(x, unlabelled));
          var rows = new LabelRows(labels, UNLABELLED, CLASSES);
          Gaussian q = posterior.apply(seen.ofExamples(trunk.apply(all), rows));
          Tensor z = Ops.reparameterise(q.mean(), q.logVariance(), noise);
          Tensor logits = draw.apply(told.ofRows(z, rows));
          Tensor error = Ops.rowSum(Ops.bernoulliCrossEntropy(logits, rows.expand(all)));
          Tensor joint = Ops.shift(Ops.add(error, q.klFromStandard()), (float) Math.log(CLASSES));
          List<Tensor> bounds = rows.split(joint);
          List<Tensor> guesses =
              Ops.split(Axis.FIRST, classifier.apply(all), List.of(LABELLED, UNLABELLED));
          Tensor learnt = Ops.mean(Ops.softmaxCrossEntropy(guesses.get(0), labels));
          Tensor loss =
              Ops.add(
                  Ops.add(
                      Ops.mean(bounds.get(0)), Ops.mean(marginal(bounds.get(1), guesses.get(1)))),
                  Ops.scale(learnt, ALPHA));
          return List.of(new Objective("ssl", loss, parameters, ADAM));
        };
    Shape codes = Shape.of(ROWS, LATENT);
    return new TrainingStep(
        device,
        List.of(parameters),
        () -> step.apply(Ops.randomNormal(codes)),
        () -> step.apply(Tensor.of(new Input("noise", codes))),
        inputs(),
        COMPARED);
  }

  private static Tensor input(String name, int rows, int columns) {
    return Tensor.of(new Input(name, Shape.of(rows, columns)));
  }

  /** The bound without a label: the mean over all of q(y | x), less its entropy. */
  private static Tensor marginal(Tensor ofLabels, Tensor logits) {
    Tensor terms = Ops.add(Ops.reshape(ofLabels, logits.shape()), logits);
    Tensor mean = Ops.rowSum(Ops.multiply(Ops.softmax(logits), terms));
    return Ops.subtract(mean, Ops.logSumExp(logits));
  }

  /** Images to features. A rectifier behind a pool gives what it gives before, for a quarter. */
  private static Sequential trunk(String name) {
    return Sequential.of(
        new Reshape(Shape.of(SIZE, SIZE, 1)),
        new Conv2d(name + ".conv1", 1, CHANNELS, READ),
        new MaxPool2d(POOL),
        Activation.RELU,
        new Conv2d(name + ".conv2", CHANNELS, 2 * CHANNELS, READ),
        new MaxPool2d(POOL),
        Activation.RELU,
        new Flatten());
  }

  private static LabelledLinear joint(String name, int in) {
    return new LabelledLinear(name, Shape.of(in), CLASSES, HIDDEN, Activation.RELU);
  }

  private static ConvTranspose2d up(String name, int in, int out) {
    return new ConvTranspose2d(name, in, out, DRAW, true, Initializer.he(4 * in));
  }
}
