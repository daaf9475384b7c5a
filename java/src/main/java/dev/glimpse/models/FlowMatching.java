package dev.glimpse.models;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.broadcast;
import static dev.glimpse.ops.Ops.concat;
import static dev.glimpse.ops.Ops.constant;
import static dev.glimpse.ops.Ops.exp;
import static dev.glimpse.ops.Ops.maximum;
import static dev.glimpse.ops.Ops.mean;
import static dev.glimpse.ops.Ops.multiply;
import static dev.glimpse.ops.Ops.negate;
import static dev.glimpse.ops.Ops.randomBernoulli;
import static dev.glimpse.ops.Ops.randomNormal;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.scale;
import static dev.glimpse.ops.Ops.shift;
import static dev.glimpse.ops.Ops.sigmoid;
import static dev.glimpse.ops.Ops.square;
import static dev.glimpse.ops.Ops.subtract;

import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.Activation;
import dev.glimpse.nn.Linear;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.Settings;
import dev.glimpse.train.StepwiseModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Flow matching (Lipman et al., "Flow matching for generative modeling", ICLR 2023) along straight
 * lines (Liu et al., "Flow straight and fast", ICLR 2023): a network learns the velocity with which
 * noise becomes an image from time 0 to time 1, and images are drawn by following it.
 */
public final class FlowMatching implements StepwiseModel {
  /** Places on the axis of time, near which the network can tell times apart. */
  private static final int MARKS = 32;

  private static final int CONDITION = 128;

  /** The share of labels that are not told in training, as Ho and Salimans do. */
  private static final float UNTOLD = 0.1f;

  private final int pixels;
  private final int steps;
  private final float guidance;
  private final boolean conditional;
  private final Parameter marks;
  private final Linear condition;
  private final UNet velocity;
  private final ParameterSet parameters;

  private FlowMatching(DataShape data, Settings settings, int classes) {
    pixels = data.pixels();
    steps = settings.integer("steps");
    conditional = classes > 0;
    guidance = conditional ? (float) settings.number("guidance") : 0;
    marks = new Parameter("time", Shape.of(MARKS), Initializer.values(evenly()));
    condition = Linear.labelled("condition", MARKS, classes, CONDITION, Activation.RELU);
    velocity = new UNet("velocity", Dcgan.of(data, settings), CONDITION);
    parameters =
        ParameterSet.of("flow", List.of(marks), condition.parameters(), velocity.parameters());
  }

  /** A model for images of a shape. */
  public static FlowMatching unconditional(DataShape data, Settings settings) {
    return new FlowMatching(data, settings, 0);
  }

  /** A model for labelled images, which draws what it is told to. */
  public static FlowMatching conditional(DataShape data, Settings settings) {
    return new FlowMatching(data, settings, Models.classes(data, "cflowmatch"));
  }

  /** Defines the model's settings. */
  public static Settings settings() {
    return Dcgan.define(new Settings())
        .standard("width", 32)
        .define("steps", 50, 1, "from noise to an image, when images are drawn");
  }

  /** Defines the settings of a model for labelled images. */
  public static Settings conditionalSettings() {
    return settings()
        .define(
            "guidance",
            0.5,
            0,
            "how much further samples go where the label leads than it says (Ho and Salimans 2022)");
  }

  private static float[] evenly() {
    float[] marks = new float[MARKS];
    for (int i = 0; i < MARKS; i++) {
      marks[i] = i / (MARKS - 1f);
    }
    return marks;
  }

  /** v(x, t), or with labels v(x, t, y), {@code [N, H W C]}, at times {@code [N, 1]}. */
  private Tensor velocity(Tensor x, Tensor t, Tensor y) {
    Shape shape = Shape.of(x.shape().rows(), MARKS);
    Tensor distance = scale(subtract(broadcast(t, shape), marks.tensor()), MARKS);
    Tensor near = exp(scale(square(distance), -0.5f));
    return velocity.apply(x, condition.apply(conditional ? concat(List.of(near, y)) : near));
  }

  /** How far the velocity is off, per example, at a time of its own (Liu et al., equation 1). */
  private Tensor error(Tensor images, Tensor labels) {
    Tensor image = shift(scale(images, 2), -1);
    Tensor noise = randomNormal(image.shape());
    // Times in the middle are the hard ones (Esser et al. 2024, section 3.1).
    Tensor t = sigmoid(randomNormal(Shape.of(image.shape().rows(), 1)));
    Tensor way = subtract(image, noise);
    Tensor x = add(noise, multiply(way, t));
    return rowSum(square(subtract(velocity(x, t, labels), way)));
  }

  /** Labels, some of which are not told: zeros. */
  private static Tensor sometimes(Tensor labels) {
    Shape each = Shape.of(labels.shape().rows(), 1);
    return multiply(labels, randomBernoulli(constant(1 - UNTOLD, each)));
  }

  /**
   * The velocity for samples: from where it leads without the label, beyond where it leads with it
   * ("Classifier-free diffusion guidance", equation 6).
   */
  private Tensor guided(Tensor x, Tensor t, Tensor y) {
    Tensor told = velocity(x, t, y);
    if (guidance == 0) {
      return told;
    }
    Tensor untold = velocity(x, t, constant(0, y.shape()));
    return add(told, scale(subtract(told, untold), guidance));
  }

  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    Tensor y = conditional ? sometimes(example.labels()) : null;
    Tensor loss = mean(error(example.images(), y));
    var objective = new Objective("flow", loss, parameters, optimizers.apply("flow"));
    return new Lesson(List.of(objective), Map.of("velocityError", loss));
  }

  @Override
  public Map<String, Tensor> evaluate(Example example) {
    return Map.of("velocityError", error(example.images(), example.labels()));
  }

  @Override
  public Tensor sample(int count, Tensor labels) {
    List<Glimpse> path = watchSample(count, labels);
    return path.get(path.size() - 1).canvas();
  }

  /** Follows the velocity by Euler's steps. */
  @Override
  public List<Glimpse> watchSample(int count, Tensor labels) {
    var path = new ArrayList<Glimpse>();
    Tensor x = randomNormal(Shape.of(count, pixels));
    for (int i = 0; i < steps; i++) {
      Tensor t = constant((float) i / steps, Shape.of(count, 1));
      x = add(x, scale(guided(x, t, labels), 1f / steps));
      path.add(new Glimpse(brightness(x), null, null));
    }
    return path;
  }

  /** What pixels from -1 to 1 are in [0, 1]; others, as noise has them, become black or white. */
  private static Tensor brightness(Tensor x) {
    Tensor least = constant(-1, x.shape());
    Tensor atLeast = maximum(x, least);
    Tensor within = negate(maximum(negate(atLeast), least));
    return shift(scale(within, 0.5f), 0.5f);
  }

  @Override
  public int writeSize() {
    return 0;
  }

  @Override
  public List<ParameterSet> parameters() {
    return List.of(parameters);
  }

  @Override
  public boolean conditional() {
    return conditional;
  }
}
