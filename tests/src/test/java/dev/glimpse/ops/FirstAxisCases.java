package dev.glimpse.ops;

import dev.glimpse.ops.OpCase.Argument;
import dev.glimpse.ops.OpCase.Values;
import java.util.ArrayList;
import java.util.List;

/**
 * Tensors joined and cut along their first axis, by themselves and stacked over the steps of a
 * loop: part of {@link OpCases}.
 */
final class FirstAxisCases {
  private FirstAxisCases() {}

  static List<OpCase> of(int rows, int columns) {
    var cases = new ArrayList<>(parts(rows, columns));
    cases.addAll(wholes(rows, columns));
    cases.add(loop(rows, columns, false));
    cases.add(loop(rows, columns, true));
    return cases;
  }

  private static List<OpCase> parts(int rows, int columns) {
    Argument x = Argument.of("x", 2 * rows + 1, columns).with(Values.SMALL);
    Argument wide = Argument.of("wide", 2 * rows + 1, columns + 3).with(Values.SMALL);
    Argument cube = Argument.of("cube", 3, rows, columns);
    Argument vector = Argument.of("vector", rows + 2);
    Argument right = Argument.of("right", columns, 5);
    List<Integer> heights = List.of(rows, 1, rows);
    return List.of(
        new OpCase(
            "parts",
            List.of(x),
            t -> {
              List<Tensor> parts = Ops.split(Axis.FIRST, t.get(0), heights);
              Tensor row = Ops.reshape(parts.get(1), Shape.of(columns));
              return Ops.add(Ops.multiply(parts.get(0), parts.get(2)), row);
            }),
        new OpCase(
            "products of parts",
            List.of(x),
            t -> {
              List<Tensor> parts = Ops.split(Axis.FIRST, t.get(0), heights);
              return Tensor.of(new MatMul(true, false), parts.get(0), parts.get(2));
            }),
        new OpCase(
            "parts of parts",
            List.of(wide),
            t -> {
              Tensor middle = Ops.split(t.get(0), List.of(1, columns, 2)).get(1);
              List<Tensor> parts = Ops.split(Axis.FIRST, middle, heights);
              return Ops.multiply(Ops.sigmoid(parts.get(2)), parts.get(0));
            }),
        new OpCase(
            "parts reshaped",
            List.of(cube, right),
            t -> {
              List<Tensor> parts = Ops.split(Axis.FIRST, t.get(0), List.of(1, 2));
              Tensor one = Ops.reshape(parts.get(0), Shape.of(rows, columns));
              Tensor two = Ops.reshape(parts.get(1), Shape.of(2 * rows, columns));
              List<Tensor> both =
                  List.of(Ops.matmul(one, t.get(1)), Ops.matmul(Ops.tanh(two), t.get(1)));
              return Ops.concat(Axis.FIRST, both);
            }),
        new OpCase(
            "parts of parts reshaped",
            List.of(wide.data()),
            t -> {
              Tensor middle = Ops.split(t.get(0), List.of(1, columns, 2)).get(1);
              Tensor part = Ops.split(Axis.FIRST, middle, heights).get(2);
              return Ops.exp(Ops.reshape(part, Shape.of(columns, rows)));
            }),
        new OpCase(
            "parts of a vector",
            List.of(vector),
            t -> {
              List<Tensor> parts = Ops.split(Axis.FIRST, t.get(0), List.of(1, rows, 1));
              return Ops.multiply(Ops.add(parts.get(1), parts.get(0)), parts.get(2));
            }));
  }

  private static List<OpCase> wholes(int rows, int columns) {
    Argument x = Argument.of("x", rows, columns);
    Argument y = Argument.of("y", rows, columns);
    Argument square = Argument.of("square", columns, columns).with(Values.SMALL);
    Argument cube = Argument.of("cube", 3, rows, columns);
    Argument pair = Argument.of("pair", 2, rows, columns);
    return List.of(
        new OpCase(
            "joined",
            List.of(x, square),
            t -> {
              Tensor product = Ops.matmul(t.get(0), t.get(1));
              return Ops.concat(
                  Axis.FIRST,
                  List.of(product, Ops.softmax(t.get(0)), t.get(1), product, Ops.tanh(product)));
            }),
        new OpCase(
            "cubes joined",
            List.of(cube, pair),
            t ->
                Ops.sigmoid(
                    Ops.concat(Axis.FIRST, List.of(Ops.tanh(t.get(1)), t.get(0), t.get(1))))),
        new OpCase(
            "rows of columns",
            List.of(x, y, square),
            t -> {
              Tensor above = Ops.concat(List.of(Ops.matmul(t.get(0), t.get(2)), t.get(1)));
              Tensor below = Ops.concat(List.of(Ops.tanh(t.get(1)), Ops.softmax(t.get(0))));
              return Ops.concat(Axis.FIRST, List.of(above, below));
            }),
        new OpCase(
            "columns of rows",
            List.of(x, y, square),
            t -> {
              Tensor product = Ops.matmul(t.get(1), t.get(2));
              Tensor left = Ops.concat(Axis.FIRST, List.of(product, t.get(0)));
              Tensor right = Ops.concat(Axis.FIRST, List.of(t.get(1), Ops.exp(product)));
              return Ops.concat(List.of(Ops.tanh(left), right, left));
            }));
  }

  /**
   * A layer that is applied five times, so that the gradients by its parameters are sums over all
   * applications.
   *
   * @param mixed whether it is applied to tensors of several ranks and lengths
   */
  private static OpCase loop(int rows, int columns, boolean mixed) {
    List<Argument> arguments =
        List.of(
            Argument.of("x", rows, columns),
            Argument.of("square", columns, columns).with(Values.SMALL),
            Argument.of("bias", columns).with(Values.SMALL),
            Argument.of("pair", 2, rows, columns));
    return new OpCase(
        mixed ? "layer on several shapes" : "layer in a loop",
        arguments,
        t -> {
          Tensor y = t.get(0);
          for (int i = 0; i < 5; i++) {
            y = layer(y, t);
            if (mixed && i == 2) {
              Tensor both = layer(t.get(3), t);
              y = Ops.concat(Axis.FIRST, List.of(y, Ops.reshape(both, shape(both))));
            }
          }
          return mixed ? y : Ops.add(y, Ops.sum(t.get(3)));
        });
  }

  private static Shape shape(Tensor cube) {
    return Shape.of(cube.shape().rows(), cube.shape().columns());
  }

  private static Tensor layer(Tensor x, List<Tensor> t) {
    return Ops.tanh(Ops.add(Ops.matmul(x, t.get(1)), t.get(2)));
  }
}
