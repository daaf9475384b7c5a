package dev.glimpse.models;

import static dev.glimpse.ops.Ops.mean;
import static dev.glimpse.ops.Ops.softmaxCrossEntropy;

import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.Activation;
import dev.glimpse.nn.BatchNorm;
import dev.glimpse.nn.Conv2d;
import dev.glimpse.nn.Dropout;
import dev.glimpse.nn.Layer;
import dev.glimpse.nn.Linear;
import dev.glimpse.nn.MaxPool2d;
import dev.glimpse.nn.Reshape;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Window;
import dev.glimpse.train.ClassifyingModel;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A convolutional network that reads labels, after LeNet-5 (LeCun et al. 1998) with today's parts:
 * two convolutions of 5 x 5 with pooling, a hidden layer, a softmax. Its hidden layer is the space
 * in which generated images are compared with real ones.
 */
public final class Classifier implements ClassifyingModel {
  /** The width of the hidden layer. */
  public static final int FEATURES = 128;

  private static final int FIRST = 32;
  private static final int SECOND = 64;

  /** By how much two poolings shrink an image. */
  private static final int SHRINKS = 4;

  private static final float DROPPED = 0.4f;

  private final Layer features;
  private final Layer logits;
  private final ParameterSet parameters;
  private final ParameterSet statistics;

  /** A classifier of labelled images. */
  public Classifier(DataShape data, Settings settings) {
    if (Math.min(data.height(), data.width()) < SHRINKS) {
      throw new SettingException(
          "classifier needs images of 4 x 4 or more, which it halves twice, not %d x %d; scale"
                  .formatted(data.height(), data.width())
              + " pictures with data.size");
    }
    Shape pooled = Shape.of(data.height() / SHRINKS, data.width() / SHRINKS, SECOND);
    features =
        Sequential.of(
            new Reshape(Shape.of(data.height(), data.width(), data.channels())),
            convolution("conv1", data.channels(), FIRST),
            new BatchNorm("norm1", FIRST),
            Activation.RELU,
            new MaxPool2d(Window.square(2, 2, 0)),
            convolution("conv2", FIRST, SECOND),
            new BatchNorm("norm2", SECOND),
            Activation.RELU,
            new MaxPool2d(Window.square(2, 2, 0)),
            new Reshape(Shape.of(pooled.size())),
            new Dropout(DROPPED),
            new Linear(
                "hidden",
                pooled,
                Shape.of(FEATURES),
                Activation.NONE,
                false,
                Initializer.he(pooled.size())),
            new BatchNorm("norm3", FEATURES),
            Activation.RELU);
    logits =
        Sequential.of(
            new Dropout(DROPPED),
            new Linear("logits", FEATURES, Models.classes(data, "classifier"), Activation.NONE));
    parameters = ParameterSet.of("classifier", features.parameters(), logits.parameters());
    statistics = ParameterSet.of("statistics", features.statistics(), logits.statistics());
  }

  private static Layer convolution(String name, int in, int out) {
    return new Conv2d(name, in, out, Window.square(5, 1, 2), false, Initializer.he(25 * in));
  }

  /** Defines the model's settings. */
  public static Settings settings() {
    return new Settings();
  }

  /** The hidden layer, {@code [N, FEATURES]}. */
  public Tensor features(Tensor images) {
    return features.apply(images);
  }

  /** p(y | x), {@code [N, K]}, from the hidden layer. */
  public Tensor probabilities(Tensor features) {
    return Ops.softmax(logits.apply(features));
  }

  private Tensor error(Example example) {
    return softmaxCrossEntropy(logits.apply(features(example.images())), example.labels());
  }

  @Override
  public List<ParameterSet> parameters() {
    return List.of(parameters, statistics);
  }

  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    Tensor loss = mean(error(example));
    var objective =
        new Objective("crossEntropy", loss, parameters, optimizers.apply("crossEntropy"));
    return new Lesson(List.of(objective), Map.of("crossEntropy", loss));
  }

  /** Accuracy, cross-entropy in nats, and the probability of the right label. */
  @Override
  public Map<String, Tensor> evaluate(Example example) {
    return Readings.of(logits.apply(features(example.images())), example.labels());
  }

  @Override
  public Map<String, Tensor> classify(Tensor images) {
    return Map.of("classifier", logits.apply(features(images)));
  }

  @Override
  public boolean conditional() {
    return true;
  }
}
