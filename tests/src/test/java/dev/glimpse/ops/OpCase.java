package dev.glimpse.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * An op, or a few that belong together, on arguments of given shapes. Its value and its gradients
 * on a device are held against those of the same graph in double precision.
 *
 * @param graph what is computed from the arguments
 */
public record OpCase(String name, List<Argument> arguments, Function<List<Tensor>, Tensor> graph) {
  public OpCase {
    arguments = List.copyOf(arguments);
  }

  static OpCase unary(String name, Argument x, UnaryOperator<Tensor> op) {
    return new OpCase(name, List.of(x), t -> op.apply(t.get(0)));
  }

  static OpCase binary(String name, Argument x, Argument y, BinaryOperator<Tensor> op) {
    return new OpCase(name, List.of(x, y), t -> op.apply(t.get(0), t.get(1)));
  }

  /** Numbers from which an argument is drawn. */
  public enum Values {
    NORMAL,
    /** Up to 9 either way: both tails of an activation. */
    WIDE,
    /** From 0.25 to 4. */
    POSITIVE,
    /** Probabilities. */
    UNIT,
    /** A one in each row. */
    ONE_HOT,
    /** So small that a sum of products stays where activations are curved. */
    SMALL,
    /** The numbers that place a grid of filters: around the middle, about as wide as the image. */
    WINDOW;

    private float next(SplittableRandom random) {
      return switch (this) {
        case NORMAL -> (float) random.nextGaussian();
        case SMALL -> (float) random.nextGaussian() / 8;
        case WINDOW -> (float) random.nextGaussian() / 2;
        case WIDE -> (float) random.nextDouble(-9, 9);
        case POSITIVE -> (float) Math.exp(random.nextDouble(-1.38, 1.38));
        case UNIT, ONE_HOT -> (float) random.nextDouble();
      };
    }
  }

  /**
   * An argument. Cases that run together share equal ones.
   *
   * @param differentiable whether the gradient by it is checked
   */
  public record Argument(String name, Shape shape, Values values, boolean differentiable) {
    public static Argument of(String name, int... dimensions) {
      return new Argument(name, Shape.of(dimensions), Values.NORMAL, true);
    }

    public Argument with(Values other) {
      return new Argument(name, shape, other, differentiable);
    }

    /** Data: no gradient is checked. */
    public Argument data() {
      return new Argument(name, shape, values, false);
    }

    /** Always the same numbers for the same argument. */
    public float[] draw() {
      var random = new SplittableRandom((name + shape + values).hashCode());
      float[] drawn = new float[shape.size()];
      for (int i = 0; i < drawn.length; i++) {
        drawn[i] = values.next(random);
      }
      if (values == Values.ONE_HOT) {
        for (int row = 0; row < shape.rows(); row++) {
          int one = random.nextInt(shape.columns());
          for (int c = 0; c < shape.columns(); c++) {
            drawn[row * shape.columns() + c] = c == one ? 1 : 0;
          }
        }
      }
      return drawn;
    }
  }

  /** The value in double precision. */
  public Array reference(List<Array> values) {
    var symbols = new ArrayList<Tensor>();
    var interpreter = new Interpreter();
    for (int i = 0; i < arguments.size(); i++) {
      Tensor symbol = Tensor.of(new Input("argument " + i, arguments.get(i).shape()));
      symbols.add(symbol);
      interpreter.set(symbol, values.get(i));
    }
    return interpreter.value(graph.apply(symbols));
  }

  /**
   * The derivative of the weighted sum of the value's elements by one argument along a direction,
   * by central differences.
   */
  public double derivative(List<Array> values, int argument, double[] direction, Array weights) {
    double step = 1e-5;
    Array up = reference(moved(values, argument, direction, step));
    Array down = reference(moved(values, argument, direction, -step));
    double sum = 0;
    for (int i = 0; i < weights.values().length; i++) {
      sum += weights.values()[i] * (up.values()[i] - down.values()[i]);
    }
    return sum / (2 * step);
  }

  private static List<Array> moved(
      List<Array> values, int argument, double[] direction, double step) {
    var moved = new ArrayList<>(values);
    double[] x = values.get(argument).values().clone();
    for (int i = 0; i < x.length; i++) {
      x[i] += step * direction[i];
    }
    moved.set(argument, new Array(values.get(argument).shape(), x));
    return moved;
  }

  @Override
  public String toString() {
    return name + " " + arguments.stream().map(Argument::shape).toList();
  }
}
