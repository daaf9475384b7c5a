package dev.glimpse.models;

import static dev.glimpse.ops.Ops.bernoulliCrossEntropy;
import static dev.glimpse.ops.Ops.broadcast;
import static dev.glimpse.ops.Ops.concat;
import static dev.glimpse.ops.Ops.negate;
import static dev.glimpse.ops.Ops.randomNormal;
import static dev.glimpse.ops.Ops.repeat;
import static dev.glimpse.ops.Ops.reshape;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.sigmoid;
import static dev.glimpse.ops.Ops.split;

import dev.glimpse.graph.Objective;
import dev.glimpse.graph.Optimizer;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.CanvasWrite;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.GaussianRead;
import dev.glimpse.nn.GaussianWrite;
import dev.glimpse.nn.ImageRead;
import dev.glimpse.nn.LstmCell;
import dev.glimpse.nn.LstmCell.State;
import dev.glimpse.nn.WholeRead;
import dev.glimpse.nn.WholeWrite;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.LikelihoodModel;
import dev.glimpse.train.SequentialModel;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * DRAW (Gregor et al., "DRAW: A recurrent neural network for image generation", ICML 2015): a
 * variational auto-encoder that looks at an image and draws it in T glimpses, with Gaussian
 * attention or without.
 */
public sealed class Draw implements SequentialModel, LikelihoodModel permits ConditionalDraw {
  /** Windows are narrower, so that the number of their filters is still an int. */
  private static final int WIDE = 1000;

  private final int glimpses;
  private final int latent;
  private final int readSize;
  private final int writeSize;
  private final ImageRead read;
  private final LstmCell encoder;
  private final GaussianHead posterior;
  private final LstmCell decoder;
  private final CanvasWrite write;
  private final Parameter firstCanvas;
  private final Parameter firstEncoderState;
  private final Parameter firstDecoderState;

  /** The logarithm of the variance of a pixel; null for Bernoulli pixels. */
  private final Parameter pixelLogVariance;

  private final ParameterSet parameters;

  /** A model for images of a shape, as the settings describe it. */
  public Draw(DataShape data, Settings settings) {
    this(data, settings, 0);
  }

  /**
   * @param classes the width of a label, which encoder and decoder are told; 0 for none
   */
  Draw(DataShape data, Settings settings, int classes) {
    glimpses = settings.integer("glimpses");
    latent = settings.integer("latent");
    readSize = settings.integer("read.size");
    writeSize = settings.integer("write.size");
    int hidden = settings.integer("hidden");
    if (settings.flag("attention")) {
      Shape image = Shape.of(data.height(), data.width(), data.channels());
      boolean recompute = settings.flag("recompute");
      read = new GaussianRead("read", image, hidden, readSize);
      write = new GaussianWrite("write", image, hidden, writeSize, recompute);
    } else {
      read = new WholeRead(data.pixels());
      write = new WholeWrite("write", data.pixels(), hidden);
    }
    encoder = new LstmCell("encoder", read.width() + hidden + classes, hidden);
    posterior = new GaussianHead("posterior", hidden, latent);
    decoder = new LstmCell("decoder", latent + classes, hidden);
    firstCanvas = first("canvas", data.pixels());
    firstEncoderState = first("encoder.first", hidden);
    firstDecoderState = first("decoder.first", hidden);
    boolean gaussian = settings.text("pixels").equals("gaussian");
    pixelLogVariance =
        gaussian
            ? new Parameter("pixels.logVariance", Shape.of(1), Initializer.constant(-2))
            : null;
    parameters = ParameterSet.of("draw", encoderParameters(), decoderParameters());
  }

  private static Parameter first(String name, int width) {
    return new Parameter(name, Shape.of(width), Initializer.constant(0));
  }

  /** Defines the model's settings. */
  public static Settings settings() {
    return define(new Settings());
  }

  static Settings define(Settings settings) {
    return settings
        .define("glimpses", 32, 1, "steps in which an image is drawn")
        .size("hidden", 256, "units of the encoder's and of the decoder's LSTM")
        .size("latent", 100, "dimensions of the code of each step")
        .define("attention", true, "whether it reads and writes through a window")
        .define("read.size", 2, 1, WIDE, "filters of a row of the grid that reads, with attention")
        .define(
            "write.size", 5, 1, WIDE, "filters of a row of the grid that writes, with attention")
        .choice(
            "pixels",
            List.of("bernoulli", "gaussian"),
            "the distribution of a pixel; gaussian for grey values, that is with data.binarise=none")
        .define(
            "recompute",
            false,
            "compute each canvas again for its gradient: less memory, a little more time");
  }

  /** A step: what was coded, and the canvas after it. */
  private record Step(Gaussian posterior, Tensor code, Tensor canvas, Tensor read, Tensor write) {}

  /**
   * Equations 3 to 8.
   *
   * @param coding what is drawn from a posterior
   */
  private List<Step> observe(Tensor x, Tensor y, Function<Gaussian, Tensor> coding) {
    int count = x.shape().rows();
    Tensor canvas = firstCanvas(count);
    State enc = firstState(encoder, firstEncoderState, count);
    State dec = firstState(decoder, firstDecoderState, count);
    var steps = new ArrayList<Step>();
    for (int t = 0; t < glimpses; t++) {
      Tensor before = dec.hidden();
      Tensor r = read.apply(x, canvas, before);
      enc = encoder.step(given(y, r, before), enc);
      Gaussian q = posterior.apply(enc.hidden());
      Tensor z = coding.apply(q);
      dec = decoder.step(given(y, z), dec);
      canvas = write.apply(canvas, dec.hidden());
      steps.add(new Step(q, z, canvas, read.windows(before), write.windows(dec.hidden())));
    }
    return steps;
  }

  /** Equations 14 to 16, from given codes. */
  private List<Step> generate(List<Tensor> codes, Tensor y) {
    int count = codes.get(0).shape().rows();
    Tensor canvas = firstCanvas(count);
    State dec = firstState(decoder, firstDecoderState, count);
    var steps = new ArrayList<Step>();
    for (Tensor z : codes) {
      dec = decoder.step(given(y, z), dec);
      canvas = write.apply(canvas, dec.hidden());
      steps.add(new Step(null, z, canvas, null, write.windows(dec.hidden())));
    }
    return steps;
  }

  private Tensor firstCanvas(int count) {
    return broadcast(firstCanvas.tensor(), Shape.of(count, firstCanvas.shape().size()));
  }

  private static State firstState(LstmCell cell, Parameter first, int count) {
    Tensor hidden = broadcast(first.tensor(), Shape.of(count, cell.hidden()));
    return new State(hidden, cell.zeroState(count).cell());
  }

  /** Inputs of a memory, with the label if there is one. */
  private static Tensor given(Tensor y, Tensor... inputs) {
    var all = new ArrayList<>(List.of(inputs));
    if (y != null) {
      all.add(y);
    }
    return concat(all);
  }

  private static Tensor lastCanvas(List<Step> steps) {
    return steps.get(steps.size() - 1).canvas();
  }

  /**
   * Of pixels that are 0 or 1 a density grows without bound, and tells nothing of what is drawn.
   */
  static void check(Settings settings) {
    if (settings.has("pixels")
        && settings.text("pixels").equals("gaussian")
        && !settings.text("data.binarise").equals("none")) {
      throw new SettingException("pixels=gaussian needs grey values: set data.binarise=none, too");
    }
  }

  /** log p(x | c_T), {@code [N, 1]}: equation 9. */
  private Tensor logLikelihood(Tensor x, Tensor canvas) {
    if (pixelLogVariance == null) {
      return negate(rowSum(bernoulliCrossEntropy(canvas, x)));
    }
    Tensor logVariance = broadcast(pixelLogVariance.tensor(), x.shape());
    return new Gaussian(sigmoid(canvas), logVariance).logDensity(x);
  }

  private Elbo bound(Tensor x, Tensor y) {
    return drawAgain(x, y).bound();
  }

  /**
   * What an image becomes.
   *
   * @param bound on its likelihood
   * @param image from codes drawn from the posteriors, in [0, 1], {@code [N, H W C]}
   */
  record Drawn(Elbo bound, Tensor image) {}

  Drawn drawAgain(Tensor x, Tensor y) {
    List<Step> steps = observe(x, y, Gaussian::sample);
    Tensor canvas = lastCanvas(steps);
    var bound =
        Elbo.ofSequence(
            steps.stream().map(Step::posterior).toList(),
            steps.stream().map(Step::code).toList(),
            logLikelihood(x, canvas));
    return new Drawn(bound, sigmoid(canvas));
  }

  /** The label of an example, for a model that is told it. */
  private Tensor label(Example example) {
    return conditional() ? example.labels() : null;
  }

  /** What encodes. */
  List<Parameter> encoderParameters() {
    var all = new ArrayList<>(read.parameters());
    all.addAll(encoder.parameters());
    all.add(firstEncoderState);
    all.addAll(posterior.parameters());
    return all;
  }

  /** What draws. */
  List<Parameter> decoderParameters() {
    var all = new ArrayList<>(decoder.parameters());
    all.add(firstDecoderState);
    all.addAll(write.parameters());
    all.add(firstCanvas);
    if (pixelLogVariance != null) {
      all.add(pixelLogVariance);
    }
    return all;
  }

  @Override
  public List<ParameterSet> parameters() {
    return List.of(parameters);
  }

  @Override
  public Lesson learn(Example example, Function<String, Optimizer> optimizers) {
    Elbo bound = bound(example.images(), label(example));
    var objective = new Objective("elbo", bound.loss(), parameters, optimizers.apply("elbo"));
    return new Lesson(List.of(objective), bound.means());
  }

  @Override
  public Map<String, Tensor> evaluate(Example example) {
    return bound(example.images(), label(example)).perExample();
  }

  @Override
  public Tensor logWeights(Example example, int samples) {
    Tensor x = repeat(example.images(), samples);
    Tensor y = conditional() ? repeat(example.labels(), samples) : null;
    Tensor weights = bound(x, y).logWeights();
    return reshape(weights, Shape.of(example.images().shape().rows(), samples));
  }

  @Override
  public Tensor sample(int count, Tensor labels) {
    return sigmoid(lastCanvas(generate(randomCodes(count), labels)));
  }

  private List<Tensor> randomCodes(int count) {
    var codes = new ArrayList<Tensor>();
    for (int t = 0; t < glimpses; t++) {
      codes.add(randomNormal(Shape.of(count, latent)));
    }
    return codes;
  }

  /** The codes of all steps, one after the other. */
  @Override
  public int latent() {
    return glimpses * latent;
  }

  /** Each step's given the most likely codes of the steps before it. */
  @Override
  public Gaussian posterior(Example example) {
    List<Gaussian> steps =
        observe(example.images(), label(example), Gaussian::mean).stream()
            .map(Step::posterior)
            .toList();
    return new Gaussian(
        concat(steps.stream().map(Gaussian::mean).toList()),
        concat(steps.stream().map(Gaussian::logVariance).toList()));
  }

  @Override
  public Tensor decode(Tensor codes, Tensor labels) {
    List<Tensor> each = split(codes, Collections.nCopies(glimpses, latent));
    return sigmoid(lastCanvas(generate(each, conditional() ? labels : null)));
  }

  @Override
  public List<Glimpse> watchSample(int count, Tensor labels) {
    return watched(generate(randomCodes(count), labels));
  }

  @Override
  public List<Glimpse> watchReconstruction(Example example) {
    return watched(observe(example.images(), label(example), Gaussian::mean));
  }

  private static List<Glimpse> watched(List<Step> steps) {
    return steps.stream()
        .map(step -> new Glimpse(sigmoid(step.canvas()), step.read(), step.write()))
        .toList();
  }

  @Override
  public int readSize() {
    return readSize;
  }

  @Override
  public int writeSize() {
    return writeSize;
  }

  @Override
  public boolean conditional() {
    return false;
  }
}
