package dev.glimpse.ops;

import java.util.List;

/**
 * The functions with which graphs are written. Arithmetic with constants is simplified on the way,
 * so that gradients of sums and means cost nothing.
 */
public final class Ops {
  private Ops() {}

  public static Tensor constant(float value, Shape shape) {
    return Tensor.of(new Constant(value, shape));
  }

  public static Tensor add(Tensor a, Tensor b) {
    if (isNumberBeside(b, a)) {
      return shift(a, value(b));
    }
    if (isNumberBeside(a, b)) {
      return shift(b, value(a));
    }
    return pointwise(Function.ADD, a, b);
  }

  public static Tensor subtract(Tensor a, Tensor b) {
    if (isNumberBeside(b, a)) {
      return shift(a, -value(b));
    }
    return pointwise(Function.SUBTRACT, a, b);
  }

  public static Tensor multiply(Tensor a, Tensor b) {
    Tensor product = pointwise(Function.MULTIPLY, a, b);
    if (isConstant(b) && product.shape().equals(a.shape())) {
      return scale(a, value(b));
    }
    if (isConstant(a) && product.shape().equals(b.shape())) {
      return scale(b, value(a));
    }
    return product;
  }

  public static Tensor divide(Tensor a, Tensor b) {
    return pointwise(Function.DIVIDE, a, b);
  }

  /** 1 where a is greater than b, else 0; no gradient flows back. */
  public static Tensor greater(Tensor a, Tensor b) {
    return pointwise(Function.GREATER, a, b);
  }

  public static Tensor maximum(Tensor a, Tensor b) {
    return pointwise(Function.MAXIMUM, a, b);
  }

  /** {@code factor a}. */
  public static Tensor scale(Tensor a, float factor) {
    if (factor == 1) {
      return a;
    }
    if (isConstant(a)) {
      return constant(factor * value(a), a.shape());
    }
    if (isScale(a)) {
      return scale(a.node().inputs().get(0), factor * scaleOf(a));
    }
    return pointwise(Function.SCALE, List.of(factor), a);
  }

  /** {@code a + offset}. */
  public static Tensor shift(Tensor a, float offset) {
    return offset == 0 ? a : pointwise(Function.SHIFT, List.of(offset), a);
  }

  public static Tensor negate(Tensor a) {
    return scale(a, -1);
  }

  public static Tensor square(Tensor a) {
    return pointwise(Function.SQUARE, a);
  }

  public static Tensor sqrt(Tensor a) {
    return pointwise(Function.SQRT, a);
  }

  public static Tensor abs(Tensor a) {
    return pointwise(Function.ABS, a);
  }

  public static Tensor exp(Tensor a) {
    return pointwise(Function.EXP, a);
  }

  public static Tensor log(Tensor a) {
    return pointwise(Function.LOG, a);
  }

  public static Tensor tanh(Tensor a) {
    return pointwise(Function.TANH, a);
  }

  public static Tensor sigmoid(Tensor a) {
    return pointwise(Function.SIGMOID, a);
  }

  public static Tensor softplus(Tensor a) {
    return pointwise(Function.SOFTPLUS, a);
  }

  public static Tensor relu(Tensor a) {
    return pointwise(Function.RELU, a);
  }

  /**
   * a, or {@code slope a} where a is negative.
   *
   * @throws IllegalArgumentException for a negative slope: the gradient is told by the result's
   *     sign
   */
  public static Tensor leakyRelu(Tensor a, float slope) {
    if (!(slope >= 0)) {
      throw new IllegalArgumentException("the slope of a leaky ReLU is not negative: " + slope);
    }
    return pointwise(Function.LEAKY_RELU, List.of(slope), a);
  }

  /** Per element, {@code -ln p(target)} of a Bernoulli variable, from its logit. */
  public static Tensor bernoulliCrossEntropy(Tensor logits, Tensor targets) {
    return pointwise(Function.BERNOULLI_CROSS_ENTROPY, logits, targets);
  }

  /** Per dimension, {@code KL(N(mean, exp(logVariance)) || N(0, 1))} (Kingma 2014, appendix B). */
  public static Tensor gaussianKl(Tensor mean, Tensor logVariance) {
    return pointwise(Function.GAUSSIAN_KL, mean, logVariance);
  }

  /** {@code mean + noise exp(logVariance / 2)}. */
  public static Tensor reparameterise(Tensor mean, Tensor logVariance, Tensor noise) {
    return pointwise(Function.REPARAMETERISE, mean, logVariance, noise);
  }

  /** {@code [.., K] x [K, N] -> [.., N]}. */
  public static Tensor matmul(Tensor a, Tensor b) {
    return Tensor.of(new MatMul(false, false), a, b);
  }

  /**
   * Images {@code [N, H, W, in]} and weights {@code [kh, kw, in, out]} to {@code [N, P, Q, out]},
   * the window's positions.
   */
  public static Tensor conv2d(Tensor images, Tensor weights, Window window) {
    Window.Extent out =
        Node.located(
            "conv2d",
            List.of(images.shape(), weights.shape()),
            () -> window.positions(Window.extent(images.shape())));
    return Tensor.of(new Convolution(window, out, false, false), images, weights);
  }

  /**
   * The adjoint of {@link #conv2d}: {@code [N, P, Q, in]} and weights {@code [kh, kw, in, out]} to
   * {@code [N, H, W, out]}, the smallest image with those positions and {@code extra} pixels more
   * ("output padding").
   */
  public static Tensor convTranspose2d(
      Tensor images, Tensor weights, Window window, Window.Extent extra) {
    Window.Extent out =
        Node.located(
            "conv_transpose2d",
            List.of(images.shape(), weights.shape()),
            () -> window.image(Window.extent(images.shape()), extra));
    return Tensor.of(new Convolution(window, out, true, false), images, weights);
  }

  /** The largest element under each position of the window, per channel. */
  public static Tensor maxPool(Tensor images, Window window) {
    return Tensor.of(new MaxPool(window), images);
  }

  /** The mean under each position of the window, per channel. */
  public static Tensor averagePool(Tensor images, Window window) {
    return Tensor.of(new AveragePool(window), images);
  }

  /** Images enlarged by a factor, by repetition or else by bilinear interpolation. */
  public static Tensor upsample(Tensor images, int factor, boolean nearest) {
    return Tensor.of(new Upsample(factor, nearest, false), images);
  }

  /** The sum over the last axis, which stays with length one. */
  public static Tensor rowSum(Tensor a) {
    if (isConstant(a)) {
      return constant(value(a) * a.shape().columns(), a.shape().withColumns(1));
    }
    return Tensor.of(new RowSum(), a);
  }

  /** The sum over all axes but the last. */
  public static Tensor columnSum(Tensor a) {
    return Tensor.of(new ColumnSum(), a);
  }

  /** The sum of all elements, a scalar. */
  public static Tensor sum(Tensor a) {
    return scaledSum(a, 1);
  }

  /** The mean of all elements, a scalar. */
  public static Tensor mean(Tensor a) {
    return scaledSum(a, 1f / a.shape().size());
  }

  private static Tensor scaledSum(Tensor a, float factor) {
    Tensor rows = a.shape().columns() > 1 && a.shape().rows() > 1 ? rowSum(a) : a;
    return Tensor.of(new Sum(factor), rows);
  }

  public static Tensor logSumExp(Tensor a) {
    return Tensor.of(new LogSumExp(), a);
  }

  public static Tensor softmax(Tensor a) {
    return Tensor.of(new Softmax(), a);
  }

  /** Per row, {@code -sum target ln softmax(logits)}. */
  public static Tensor softmaxCrossEntropy(Tensor logits, Tensor targets) {
    return Tensor.of(new SoftmaxCrossEntropy(), logits, targets);
  }

  public static Tensor reshape(Tensor a, Shape shape) {
    if (a.shape().equals(shape)) {
      return a;
    }
    if (a.node().op() instanceof Reshape && a.shape().size() == shape.size()) {
      return reshape(a.node().inputs().get(0), shape);
    }
    return Tensor.of(new Reshape(shape), a);
  }

  /** Cuts the last axis into parts of these widths. */
  public static List<Tensor> split(Tensor a, List<Integer> widths) {
    return split(Axis.LAST, a, widths);
  }

  /** Cuts an axis into parts of these lengths. */
  public static List<Tensor> split(Axis axis, Tensor a, List<Integer> lengths) {
    List<Tensor> parts = Node.of(new Split(axis, lengths), List.of(a)).outputs();
    return parts.size() == 1 ? List.of(a) : parts;
  }

  /** Joins along the last axis. */
  public static Tensor concat(List<Tensor> parts) {
    return concat(Axis.LAST, parts);
  }

  /** Joins along an axis. */
  public static Tensor concat(Axis axis, List<Tensor> parts) {
    if (parts.isEmpty()) {
      throw new ShapeException("nothing to join");
    }
    return parts.size() == 1 ? parts.get(0) : Node.of(new Concat(axis), parts).outputs().get(0);
  }

  /**
   * One step of a long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of
   * Gers et al. 2000), behind the product that gives its gates.
   *
   * @param gates input, forget, candidate and output, before their activations: {@code [N, 4 H]}
   * @param cell the cells before the step, {@code [N, H]}
   * @return the new hidden state and the new cells, {@code [N, H]} each
   */
  public static List<Tensor> lstm(Tensor gates, Tensor cell) {
    return Node.of(new LstmStep(), List.of(gates, cell)).outputs().subList(0, 2);
  }

  /**
   * A layer of such steps over whole sequences, from a state of zero.
   *
   * @param x {@code [T, N, in]}
   * @param weight {@code [in + H, 4 H]}
   * @param bias {@code [4 H]}
   * @return the hidden states {@code [T, N, H]}
   */
  public static Tensor lstmSequence(Tensor x, Tensor weight, Tensor bias) {
    return Tensor.of(new LstmSequence(), x, weight, bias);
  }

  /**
   * What a grid of Gaussian filters sees of an image (Gregor et al., "DRAW", ICML 2015, equations
   * 22 to 27).
   *
   * @param images {@code [N, H, W, C]}
   * @param windows where the grid lies: five numbers per image (see {@link AttentionWindow}),
   *     {@code [N, 5]}
   * @param size the filters of a row and of a column of the grid
   * @return {@code [N, size, size, C]}
   */
  public static Tensor attentionRead(Tensor images, Tensor windows, int size) {
    return AttentionRead.of(images, null, windows, size);
  }

  /**
   * The same of an image and of its error image, {@code images - sigmoid(canvases)}, which is never
   * stored.
   *
   * @param canvases {@code [N, H, W, C]}
   * @return {@code [N, 2, size, size, C]}, the image first
   */
  public static Tensor attentionRead(Tensor images, Tensor canvases, Tensor windows, int size) {
    return AttentionRead.of(images, canvases, windows, size);
  }

  /**
   * Canvases to which patches are added, each spread by a grid of Gaussian filters (DRAW, equations
   * 28 and 29).
   *
   * @param canvases {@code [N, H, W, C]}
   * @param patches {@code [N, size, size, C]}
   * @param windows as for {@link #attentionRead}
   * @param recompute whether gradients take the old canvas back from the new one, so that it need
   *     not be kept
   */
  public static Tensor attentionWrite(
      Tensor canvases, Tensor patches, Tensor windows, boolean recompute) {
    return AttentionWrite.of(canvases, patches, windows, recompute);
  }

  /** Every entry of the first axis, repeated. */
  public static Tensor repeat(Tensor a, int times) {
    if (times < 1) {
      throw new ShapeException("repeated " + times + " times");
    }
    return times == 1 ? a : Tensor.of(new Repeat(times), a);
  }

  public static Tensor stopGradient(Tensor a) {
    return Tensor.of(new StopGradient(), a);
  }

  public static Tensor randomNormal(Shape shape) {
    return Tensor.of(new Random(Random.Distribution.NORMAL, shape));
  }

  public static Tensor randomUniform(Shape shape) {
    return Tensor.of(new Random(Random.Distribution.UNIFORM, shape));
  }

  /** 1 with the given probability, else 0, per element; no gradient flows back. */
  public static Tensor randomBernoulli(Tensor probability) {
    return Tensor.of(new Random(Random.Distribution.BERNOULLI, probability.shape()), probability);
  }

  /** A scalar, row or column, repeated to fill a shape. */
  public static Tensor broadcast(Tensor a, Shape shape) {
    if (a.shape().equals(shape)) {
      return a;
    }
    if (isConstant(a)) {
      return constant(value(a), shape);
    }
    if (a.shape().size() == 1 && shape.size() == 1) {
      return reshape(a, shape);
    }
    // The gradient of a mean is a scaled scalar, broadcast twice: do both where it is used.
    if (isScale(a)) {
      return scale(broadcast(a.node().inputs().get(0), shape), scaleOf(a));
    }
    if (a.node().op() instanceof Broadcast && a.node().inputs().get(0).shape().size() == 1) {
      return broadcast(a.node().inputs().get(0), shape);
    }
    return Tensor.of(new Broadcast(shape), a);
  }

  /** The adjoint of {@link #broadcast}: sums over the axes along which the shape was repeated. */
  public static Tensor sumTo(Tensor a, Shape shape) {
    if (a.shape().equals(shape)) {
      return a;
    }
    if (shape.size() == 1) {
      return reshape(sum(a), shape);
    }
    return shape.columns() == a.shape().columns() ? columnSum(a) : rowSum(a);
  }

  private static Tensor pointwise(Function function, Tensor... inputs) {
    return pointwise(function, List.of(), inputs);
  }

  private static Tensor pointwise(Function function, List<Float> constants, Tensor... inputs) {
    return Tensor.of(new Pointwise(function, constants), inputs);
  }

  private static boolean isScale(Tensor a) {
    return a.node().op() instanceof Pointwise op && op.function() == Function.SCALE;
  }

  private static float scaleOf(Tensor a) {
    return ((Pointwise) a.node().op()).constant(0);
  }

  /** Whether a is one constant number, and what it is joined with keeps its shape. */
  private static boolean isNumberBeside(Tensor a, Tensor other) {
    return isConstant(a) && a.shape().size() == 1 && a.shape().rank() <= other.shape().rank();
  }

  private static boolean isConstant(Tensor a) {
    return a.node().op() instanceof Constant;
  }

  private static float value(Tensor a) {
    return ((Constant) a.node().op()).value();
  }
}
