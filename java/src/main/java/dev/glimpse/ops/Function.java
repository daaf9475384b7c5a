package dev.glimpse.ops;

import static dev.glimpse.ops.Ops.*;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The vocabulary of pointwise computation. Each function is {@code f_<name>} in {@code
 * kernels/dialect/functions.h}; here is its gradient rule.
 */
public enum Function {
  /** 1 where the first argument is greater, else 0. */
  GREATER(2, 0, 1, Rule.ZERO),
  // Derivatives, first because the rules below refer to them.
  RELU_GRADIENT(2, 0, 1, Rule.NONE),
  LEAKY_RELU_GRADIENT(2, 1, 2, Rule.NONE),
  TANH_GRADIENT(2, 0, 3, Rule.NONE),
  SIGMOID_GRADIENT(2, 0, 3, Rule.NONE),
  BERNOULLI_CROSS_ENTROPY_GRADIENT(2, 0, 30, Rule.NONE),
  GAUSSIAN_KL_GRADIENT(1, 0, 22, Rule.NONE),
  REPARAMETERISE_GRADIENT(2, 0, 23, Rule.NONE),
  NORMALIZE_GRADIENT(7, 1, 9, Rule.NONE),
  ADD(2, 0, 1, (f, x, y, dy) -> List.of(dy, dy)),
  SUBTRACT(2, 0, 1, (f, x, y, dy) -> List.of(dy, negate(dy))),
  MULTIPLY(2, 0, 1, (f, x, y, dy) -> List.of(multiply(dy, x.get(1)), multiply(dy, x.get(0)))),
  DIVIDE(
      2,
      0,
      8,
      (f, x, y, dy) -> {
        Tensor dx = divide(dy, x.get(1));
        return List.of(dx, negate(multiply(dx, y)));
      }),
  MAXIMUM(
      2,
      0,
      1,
      (f, x, y, dy) -> {
        Tensor first = f.apply(GREATER, x.get(0), x.get(1));
        Tensor dx = multiply(dy, first);
        return List.of(dx, subtract(dy, dx));
      }),
  IDENTITY(1, 0, 0, (f, x, y, dy) -> List.of(dy)),
  SCALE(1, 1, 1, (f, x, y, dy) -> List.of(scale(dy, f.constant(0)))),
  SHIFT(1, 1, 1, (f, x, y, dy) -> List.of(dy)),
  SQUARE(1, 0, 1, (f, x, y, dy) -> List.of(scale(multiply(dy, x.get(0)), 2))),
  SQRT(1, 0, 8, (f, x, y, dy) -> List.of(scale(divide(dy, y), 0.5f))),
  ABS(
      1,
      0,
      1,
      (f, x, y, dy) -> {
        Tensor zero = constant(0, Shape.SCALAR);
        Tensor sign =
            subtract(f.apply(GREATER, x.get(0), zero), f.apply(GREATER, negate(x.get(0)), zero));
        return List.of(multiply(dy, sign));
      }),
  EXP(1, 0, 20, (f, x, y, dy) -> List.of(multiply(dy, y))),
  LOG(1, 0, 20, (f, x, y, dy) -> List.of(divide(dy, x.get(0)))),
  TANH(1, 0, 40, (f, x, y, dy) -> List.of(f.apply(TANH_GRADIENT, y, dy))),
  SIGMOID(1, 0, 30, (f, x, y, dy) -> List.of(f.apply(SIGMOID_GRADIENT, y, dy))),
  SOFTPLUS(1, 0, 50, (f, x, y, dy) -> List.of(multiply(dy, sigmoid(x.get(0))))),
  RELU(1, 0, 1, (f, x, y, dy) -> List.of(f.apply(RELU_GRADIENT, y, dy))),
  LEAKY_RELU(1, 1, 2, (f, x, y, dy) -> List.of(f.apply(LEAKY_RELU_GRADIENT, y, dy))),
  /** (logit, target): the cross-entropy of a Bernoulli variable. */
  BERNOULLI_CROSS_ENTROPY(
      2,
      0,
      50,
      (f, x, y, dy) ->
          List.of(
              multiply(dy, f.apply(BERNOULLI_CROSS_ENTROPY_GRADIENT, x.get(0), x.get(1))),
              negate(multiply(dy, x.get(0))))),
  /** (mean, log-variance): the divergence from the standard normal distribution. */
  GAUSSIAN_KL(
      2,
      0,
      25,
      (f, x, y, dy) ->
          List.of(multiply(dy, x.get(0)), multiply(dy, f.apply(GAUSSIAN_KL_GRADIENT, x.get(1))))),
  /** (mean, log-variance, noise): a draw of the normal distribution. */
  REPARAMETERISE(
      3,
      0,
      23,
      (f, x, y, dy) ->
          List.of(
              dy,
              multiply(dy, f.apply(REPARAMETERISE_GRADIENT, x.get(1), x.get(2))),
              multiply(dy, exp(scale(x.get(1), 0.5f))))),
  /**
   * (x, mean, 1 / deviation, scale, shift): {@code (x - mean) / deviation scale + shift}, with
   * given moments. Moments that depend on x are {@link BatchNormalize}'s.
   */
  NORMALIZE(
      5,
      0,
      4,
      (f, x, y, dy) -> {
        Tensor centred = subtract(x.get(0), x.get(1));
        Tensor dx = multiply(dy, multiply(x.get(2), x.get(3)));
        return List.of(
            dx,
            negate(dx),
            multiply(dy, multiply(centred, x.get(3))),
            multiply(dy, multiply(centred, x.get(2))),
            dy);
      });

  private final int arity;
  private final int constants;
  private final int flops;
  private final Rule rule;

  Function(int arity, int constants, int flops, Rule rule) {
    this.arity = arity;
    this.constants = constants;
    this.flops = flops;
    this.rule = rule;
  }

  /** The number of tensor arguments. */
  public int arity() {
    return arity;
  }

  /** The number of constants that follow them. */
  public int constants() {
    return constants;
  }

  /** Operations per element, as the kernel does them. */
  public int flops() {
    return flops;
  }

  /** Its name in the kernel vocabulary. */
  public String kernelName() {
    return "f_" + name().toLowerCase(Locale.ROOT);
  }

  List<Tensor> gradients(Pointwise op, List<Tensor> x, Tensor y, Tensor dy) {
    return rule.gradients(op, x, y, dy);
  }

  /** The gradient by each argument, in the shape of y or broadcastable to it. */
  @FunctionalInterface
  private interface Rule {
    Rule NONE =
        (f, x, y, dy) -> {
          throw new IllegalStateException(
              f.name() + " is itself a gradient: second derivatives are not supported");
        };
    Rule ZERO = (f, x, y, dy) -> Arrays.asList(null, null);

    List<Tensor> gradients(Pointwise op, List<Tensor> x, Tensor y, Tensor dy);
  }
}
