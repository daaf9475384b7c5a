package dev.glimpse.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleBiFunction;

/** Every op in plain Java and double precision, as its formula says. */
public final class Reference {
  private Reference() {}

  /** A function of the pointwise vocabulary. */
  public static double apply(Function function, List<Float> constants, double... x) {
    return switch (function) {
      case GREATER -> x[0] > x[1] ? 1 : 0;
      case RELU_GRADIENT -> x[0] > 0 ? x[1] : 0;
      case LEAKY_RELU_GRADIENT -> x[0] > 0 ? x[1] : constants.get(0) * x[1];
      case TANH_GRADIENT -> (1 - x[0] * x[0]) * x[1];
      case SIGMOID_GRADIENT -> x[0] * (1 - x[0]) * x[1];
      case BERNOULLI_CROSS_ENTROPY_GRADIENT -> sigmoid(x[0]) - x[1];
      case GAUSSIAN_KL_GRADIENT -> Math.expm1(x[0]) / 2;
      case REPARAMETERISE_GRADIENT -> x[1] * Math.exp(x[0] / 2) / 2;
      case ADD -> x[0] + x[1];
      case SUBTRACT -> x[0] - x[1];
      case MULTIPLY -> x[0] * x[1];
      case DIVIDE -> x[0] / x[1];
      case MAXIMUM -> Math.max(x[0], x[1]);
      case IDENTITY -> x[0];
      case SCALE -> constants.get(0) * x[0];
      case SHIFT -> x[0] + constants.get(0);
      case SQUARE -> x[0] * x[0];
      case SQRT -> Math.sqrt(x[0]);
      case ABS -> Math.abs(x[0]);
      case EXP -> Math.exp(x[0]);
      case LOG -> Math.log(x[0]);
      case TANH -> Math.tanh(x[0]);
      case SIGMOID -> sigmoid(x[0]);
      case SOFTPLUS -> softplus(x[0]);
      case RELU -> x[0] < 0 ? 0 : x[0];
      case LEAKY_RELU -> x[0] < 0 ? constants.get(0) * x[0] : x[0];
      case BERNOULLI_CROSS_ENTROPY -> softplus(x[0]) - x[0] * x[1];
      case GAUSSIAN_KL -> (x[0] * x[0] + Math.expm1(x[1]) - x[1]) / 2;
      case REPARAMETERISE -> x[0] + x[2] * Math.exp(x[1] / 2);
      case NORMALIZE -> (x[0] - x[1]) * x[2] * x[3] + x[4];
      case NORMALIZE_GRADIENT ->
          x[3] * x[4] * (x[0] - constants.get(0) * (x[5] + (x[1] - x[2]) * x[3] * x[6]));
    };
  }

  private static double sigmoid(double x) {
    return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  /** A function over the elements of a shape, to which all inputs broadcast. */
  public static Array pointwise(
      Function function, List<Float> constants, Shape shape, List<Array> inputs) {
    var y = Array.zeros(shape);
    double[] x = new double[inputs.size()];
    for (int r = 0; r < y.rows(); r++) {
      for (int c = 0; c < y.columns(); c++) {
        for (int i = 0; i < x.length; i++) {
          x[i] = broadcast(inputs.get(i), y, r, c);
        }
        y.set(r, c, apply(function, constants, x));
      }
    }
    return y;
  }

  /** The element of x that meets (row, column) of y: x is as large, a scalar, a row or a column. */
  private static double broadcast(Array x, Array y, int row, int column) {
    if (x.values().length == y.values().length) {
      return x.values()[row * y.columns() + column];
    }
    if (x.values().length == 1) {
      return x.values()[0];
    }
    return x.rows() == 1 ? x.at(0, column) : x.at(row, 0);
  }

  public static Array matmul(
      boolean transposeA, boolean transposeB, Array a, Array b, Shape shape) {
    var y = Array.zeros(shape);
    int k = transposeA ? a.rows() : a.columns();
    for (int i = 0; i < y.rows(); i++) {
      for (int j = 0; j < y.columns(); j++) {
        double sum = 0;
        for (int p = 0; p < k; p++) {
          sum += (transposeA ? a.at(p, i) : a.at(i, p)) * (transposeB ? b.at(j, p) : b.at(p, j));
        }
        y.set(i, j, sum);
      }
    }
    return y;
  }

  public static Array rowSum(Array x) {
    return perRow(
        x,
        (in, r) -> {
          double sum = 0;
          for (int c = 0; c < in.columns(); c++) {
            sum += in.at(r, c);
          }
          return sum;
        });
  }

  public static Array columnSum(Array x) {
    var y = Array.zeros(Shape.of(x.columns()));
    for (int r = 0; r < x.rows(); r++) {
      for (int c = 0; c < x.columns(); c++) {
        y.values()[c] += x.at(r, c);
      }
    }
    return y;
  }

  /** Mean, variance and {@code 1 / sqrt(variance + epsilon)} of each column. */
  public static List<Array> batchMoments(Array x, double epsilon) {
    Array mean = columnSum(x);
    var variance = Array.zeros(mean.shape());
    var deviation = Array.zeros(mean.shape());
    for (int c = 0; c < x.columns(); c++) {
      mean.values()[c] /= x.rows();
      for (int r = 0; r < x.rows(); r++) {
        double centred = x.at(r, c) - mean.values()[c];
        variance.values()[c] += centred * centred / x.rows();
      }
      deviation.values()[c] = 1 / Math.sqrt(variance.values()[c] + epsilon);
    }
    return List.of(mean, variance, deviation);
  }

  /** The columns' sums of dy, and of dy times normalised x. */
  public static List<Array> batchGradientSums(Array dy, Array x, Array mean, Array deviation) {
    var normalized = Array.zeros(dy.shape());
    for (int r = 0; r < dy.rows(); r++) {
      for (int c = 0; c < dy.columns(); c++) {
        double value = (x.at(r, c) - mean.values()[c]) * deviation.values()[c];
        normalized.set(r, c, dy.at(r, c) * value);
      }
    }
    return List.of(columnSum(dy), columnSum(normalized));
  }

  public static Array sum(Array x, double scale) {
    double sum = 0;
    for (double value : x.values()) {
      sum += value;
    }
    return new Array(Shape.SCALAR, new double[] {scale * sum});
  }

  public static Array logSumExp(Array x) {
    return perRow(x, Reference::logSumExp);
  }

  private static double logSumExp(Array x, int row) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < x.columns(); c++) {
      largest = Math.max(largest, x.at(row, c));
    }
    double sum = 0;
    for (int c = 0; c < x.columns(); c++) {
      sum += Math.exp(x.at(row, c) - largest);
    }
    return largest + Math.log(sum);
  }

  public static Array softmax(Array x) {
    var y = Array.zeros(x.shape());
    for (int r = 0; r < x.rows(); r++) {
      double total = logSumExp(x, r);
      for (int c = 0; c < x.columns(); c++) {
        y.set(r, c, Math.exp(x.at(r, c) - total));
      }
    }
    return y;
  }

  public static Array softmaxCrossEntropy(Array logits, Array targets) {
    return perRow(
        logits,
        (x, r) -> {
          double total = logSumExp(x, r);
          double loss = 0;
          for (int c = 0; c < x.columns(); c++) {
            loss += targets.at(r, c) * (total - x.at(r, c));
          }
          return loss;
        });
  }

  /** The gradient by the logits, given the gradient of each row's loss. */
  public static Array softmaxCrossEntropyGradient(Array logits, Array targets, Array dy) {
    Array y = softmax(logits);
    Array mass = rowSum(targets);
    for (int r = 0; r < y.rows(); r++) {
      for (int c = 0; c < y.columns(); c++) {
        double slope = y.at(r, c) * mass.at(r, 0) - targets.at(r, c);
        y.set(r, c, slope * dy.at(r, 0));
      }
    }
    return y;
  }

  /** The parts of x, of these shapes, one after another along an axis. */
  public static List<Array> split(Axis axis, Array x, List<Shape> shapes) {
    var parts = new ArrayList<Array>();
    int lines = lines(axis, x);
    int pitch = x.values().length / lines;
    int from = 0;
    for (Shape shape : shapes) {
      var part = Array.zeros(shape);
      int line = shape.size() / lines;
      for (int l = 0; l < lines; l++) {
        System.arraycopy(x.values(), l * pitch + from, part.values(), l * line, line);
      }
      parts.add(part);
      from += line;
    }
    return parts;
  }

  public static Array concat(Axis axis, List<Array> parts, Shape shape) {
    var y = Array.zeros(shape);
    int lines = lines(axis, y);
    int pitch = y.values().length / lines;
    int from = 0;
    for (Array part : parts) {
      int line = part.values().length / lines;
      for (int l = 0; l < lines; l++) {
        System.arraycopy(part.values(), l * line, y.values(), l * pitch + from, line);
      }
      from += line;
    }
    return y;
  }

  /** Into how many pieces the other axes cut what lies along this one. */
  private static int lines(Axis axis, Array x) {
    return axis == Axis.FIRST ? 1 : x.rows();
  }

  /** Entry i of the first axis of y is entry {@code i / times} of x. */
  public static Array repeat(Array x, int times, Shape shape) {
    var y = Array.zeros(shape);
    int entry = x.shape().size() / x.shape().dimension(0);
    for (int i = 0; i < y.values().length; i++) {
      y.values()[i] = x.values()[i / entry / times * entry + i % entry];
    }
    return y;
  }

  public static Array sumRepeats(Array x, int times, Shape shape) {
    var y = Array.zeros(shape);
    int entry = x.shape().size() / x.shape().dimension(0);
    for (int i = 0; i < x.values().length; i++) {
      y.values()[i / entry / times * entry + i % entry] += x.values()[i];
    }
    return y;
  }

  private static Array perRow(Array x, ToDoubleBiFunction<Array, Integer> function) {
    var y = Array.zeros(x.shape().withColumns(1));
    for (int r = 0; r < x.rows(); r++) {
      y.values()[r] = function.applyAsDouble(x, r);
    }
    return y;
  }
}
