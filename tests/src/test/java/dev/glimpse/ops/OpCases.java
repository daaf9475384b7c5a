package dev.glimpse.ops;

import dev.glimpse.ops.OpCase.Argument;
import dev.glimpse.ops.OpCase.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The cases, in groups that run as one plan: a plan compiles its kernels once, and fewer plans have
 * fewer kernels. Sizes lie at and around the edges of vectors (8), tiles (6 x 16, 64) and groups.
 */
public final class OpCases {
  private OpCases() {}

  /** Every kernel once, at small sizes that still have all edges. */
  public static Map<String, List<OpCase>> brief() {
    var groups = new LinkedHashMap<String, List<OpCase>>();
    groups.put("functions", functions(Shape.of(3, 11)));
    groups.put("broadcasting", broadcasting(7, 9));
    groups.put("products", products(7, 15, 9));
    groups.put("wide products", products(7, 19, 9));
    groups.put("reductions", reductions(7, 9));
    groups.put("views", views(7, 9));
    groups.put("epilogues", epilogues(7, 15, 3));
    groups.put("mean", List.of(unary("mean", Argument.of("x", 3, 11), Ops::mean)));
    groups.putAll(ConvolutionCases.brief());
    groups.put("resizing", ResizingCases.brief());
    groups.put("normalizations", NormalizationCases.brief(7, 9));
    groups.put("first axis", FirstAxisCases.of(3, 9));
    groups.put("shared panels", sharedPanels(7, 35, 9));
    groups.putAll(RecurrentCases.brief());
    groups.putAll(AttentionCases.brief());
    return groups;
  }

  /** The same kernels at every class of size. */
  public static Map<String, List<OpCase>> sizes() {
    var groups = new LinkedHashMap<String, List<OpCase>>();
    for (Shape shape : List.of(Shape.SCALAR, Shape.of(7), Shape.of(63, 65), Shape.of(2, 3, 31))) {
      groups.put("functions " + shape, functions(shape));
    }
    for (int[] s : new int[][] {{31, 33}, {64, 32}}) {
      groups.put("broadcasting %d x %d".formatted(s[0], s[1]), broadcasting(s[0], s[1]));
    }
    for (int[] s :
        new int[][] {
          {7, 7, 33},
          {6, 16, 31},
          {31, 15, 2},
          {32, 17, 63},
          {33, 33, 64},
          {64, 31, 65},
          {65, 64, 93},
          {93, 93, 1},
          {7, 93, 32}
        }) {
      groups.put("products %d x %d x %d".formatted(s[0], s[1], s[2]), products(s[0], s[1], s[2]));
    }
    for (int[] s : new int[][] {{93, 1}, {65, 33}, {32, 64}, {7, 1031}}) {
      groups.put("reductions %d x %d".formatted(s[0], s[1]), reductions(s[0], s[1]));
    }
    groups.put("epilogues 33 x 65", epilogues(33, 65, 70));
    groups.putAll(ConvolutionCases.sizes());
    groups.put("resizing of all kinds", ResizingCases.sizes());
    for (int[] s : new int[][] {{65, 1}, {65, 33}, {1031, 7}}) {
      groups.put("normalizations %d x %d".formatted(s[0], s[1]), NormalizationCases.of(s[0], s[1]));
    }
    groups.put("first axis 33 x 65", FirstAxisCases.of(33, 65));
    groups.putAll(RecurrentCases.sizes());
    groups.putAll(AttentionCases.sizes());
    return groups;
  }

  /** Shapes for which kernels are written in another way. */
  public static Map<String, List<OpCase>> exceptions() {
    var groups = new LinkedHashMap<String, List<OpCase>>();
    for (int[] s : new int[][] {{64, 1}, {1, 64}}) {
      groups.put("broadcasting %d x %d".formatted(s[0], s[1]), broadcasting(s[0], s[1]));
    }
    for (int[] s : new int[][] {{1, 1, 1}, {1, 7, 33}, {5, 1, 7}}) {
      groups.put("products %d x %d x %d".formatted(s[0], s[1], s[2]), products(s[0], s[1], s[2]));
    }
    for (int[] s : new int[][] {{1, 1}, {1, 93}}) {
      groups.put("reductions %d x %d".formatted(s[0], s[1]), reductions(s[0], s[1]));
    }
    groups.put("tall sums", tallSums());
    groups.put("many elements", manyElements());
    groups.put("packed products", packedProducts());
    groups.put("deep products", deepProducts(203));
    groups.put("first axis 1 x 1", FirstAxisCases.of(1, 1));
    for (int[] s : new int[][] {{1, 1, 1}, {6, 33, 31}, {97, 512, 3}, {49, 1024, 65}}) {
      String size = "%d x %d x %d".formatted(s[0], s[1], s[2]);
      groups.put("shared panels " + size, sharedPanels(s[0], s[1], s[2]));
    }
    groups.put("large shared panels", largeSharedPanels());
    groups.put("epilogues 1 x 1", epilogues(1, 1, 7));
    return groups;
  }

  /** The whole vocabulary over one shape. */
  private static List<OpCase> functions(Shape shape) {
    return Arrays.stream(Function.values()).map(f -> function(f, shape)).toList();
  }

  private static OpCase function(Function function, Shape shape) {
    List<Float> constants = function.constants() == 0 ? List.of() : List.of(0.75f);
    boolean smooth = function != Function.GREATER && !function.name().endsWith("GRADIENT");
    var arguments = new ArrayList<Argument>();
    for (int i = 0; i < function.arity(); i++) {
      Values values =
          switch (function) {
            case SQRT, LOG -> Values.POSITIVE;
            case DIVIDE -> i == 1 ? Values.POSITIVE : Values.NORMAL;
            case SOFTPLUS -> Values.WIDE;
            case BERNOULLI_CROSS_ENTROPY, BERNOULLI_CROSS_ENTROPY_GRADIENT ->
                i == 0 ? Values.WIDE : Values.UNIT;
            default -> Values.NORMAL;
          };
      arguments.add(new Argument("x" + i, shape, values, smooth));
    }
    var op = new Pointwise(function, constants);
    return new OpCase(op.name(), arguments, x -> Node.of(op, x).outputs().get(0));
  }

  /** Scalars, rows and columns beside matrices, in either order. */
  private static List<OpCase> broadcasting(int rows, int columns) {
    Argument matrix = Argument.of("matrix", rows, columns);
    Argument cube = Argument.of("cube", 2, rows, columns);
    Argument scalar = Argument.of("scalar");
    Argument row = Argument.of("row", columns);
    Argument column = Argument.of("column", rows, 1);
    Argument cubeColumn = Argument.of("cube column", 2, rows, 1);
    Argument other = Argument.of("other column", rows, 1);
    Shape shape = matrix.shape();
    return List.of(
        binary("matrix + scalar", matrix, scalar, Ops::add),
        binary("scalar - matrix", scalar, matrix, Ops::subtract),
        binary("matrix + row", matrix, row, Ops::add),
        binary("row matrix", row, matrix, Ops::multiply),
        binary("matrix column", matrix, column, Ops::multiply),
        binary("column - matrix", column, matrix, Ops::subtract),
        binary("cube + row", cube, row, Ops::add),
        binary("cube column product", cube, cubeColumn, Ops::multiply),
        binary("column column", column, other, Ops::multiply),
        binary("row scalar", row, scalar, Ops::multiply),
        unary("filled by a scalar", scalar, x -> Ops.broadcast(x, shape)),
        unary("filled by a row", row, x -> Ops.broadcast(x, shape)),
        unary("filled by a column", column, x -> Ops.broadcast(x, shape)));
  }

  /** The four ways to take the operands. */
  private static List<OpCase> products(int m, int n, int k) {
    Argument a = Argument.of("a", m, k);
    Argument at = Argument.of("a transposed", k, m);
    Argument b = Argument.of("b", k, n);
    Argument bt = Argument.of("b transposed", n, k);
    return List.of(
        binary("a b", a, b, Ops::matmul),
        binary("a' b", at, b, (x, y) -> Tensor.of(new MatMul(true, false), x, y)),
        binary("a b'", a, bt, (x, y) -> Tensor.of(new MatMul(false, true), x, y)),
        binary("a' b'", at, bt, (x, y) -> Tensor.of(new MatMul(true, true), x, y)));
  }

  /** Tall, with the rows of B a multiple of a page apart, or with a large B of odd width. */
  private static List<OpCase> packedProducts() {
    return List.of(
        binary("page", Argument.of("a", 97, 3), Argument.of("b", 3, 512), Ops::matmul),
        binary(
            "large",
            Argument.of("a", 96, 1025).data(),
            Argument.of("b", 1025, 513).data(),
            (a, b) -> Ops.scale(Ops.matmul(a, b), 0.03f)),
        new OpCase(
            "layer",
            List.of(
                Argument.of("x", 3, 97).data(),
                Argument.of("weight", 97, 512).with(Values.SMALL),
                Argument.of("bias", 512).with(Values.SMALL)),
            t -> Ops.add(Ops.matmul(t.get(0), t.get(1)), t.get(2))));
  }

  /**
   * Many steps of k, for which a transposed A is cut into strips: with rows left over, with fewer
   * than make a strip, of a part of a matrix, beside a packed B, beside sums of B's columns.
   */
  private static List<OpCase> deepProducts(int k) {
    var product = new MatMul(true, false);
    Argument a = Argument.of("a transposed", k, 13).with(Values.SMALL);
    Argument b = Argument.of("b", k, 37).with(Values.SMALL);
    Argument bt = Argument.of("b transposed", 37, k).with(Values.SMALL);
    Argument wide = Argument.of("wide a", k, 60).with(Values.SMALL);
    return List.of(
        binary("rows left over", a, b, (x, y) -> Tensor.of(product, x, y)),
        binary("both transposed", a, bt, (x, y) -> Tensor.of(new MatMul(true, true), x, y)),
        binary(
            "one strip",
            Argument.of("a transposed", k, 6).with(Values.SMALL),
            b,
            (x, y) -> Tensor.of(product, x, y)),
        binary(
            "less than a strip",
            Argument.of("a transposed", k, 5).with(Values.SMALL),
            b,
            (x, y) -> Tensor.of(product, x, y)),
        binary(
            "part",
            wide,
            b,
            (x, y) -> Tensor.of(product, Ops.split(x, List.of(3, 50, 7)).get(1), y)),
        binary(
            "packed",
            Argument.of("a transposed", 1030, 50).data(),
            Argument.of("b", 1030, 512).data(),
            (x, y) -> Ops.scale(Tensor.of(product, x, y), 0.03f)),
        new OpCase(
            "layer",
            List.of(
                Argument.of("x", k, 49).data(),
                Argument.of("weight", 49, 30).with(Values.SMALL),
                Argument.of("bias", 30).with(Values.SMALL)),
            t -> Ops.scale(Ops.add(Ops.matmul(t.get(0), t.get(1)), t.get(2)), 0.1f)));
  }

  /** Several products that pack the same B, and such that only seem to. */
  private static List<OpCase> sharedPanels(int m, int n, int k) {
    Argument a = Argument.of("a", m, k).with(Values.SMALL);
    Argument other = Argument.of("other a", m + 1, k).with(Values.SMALL);
    Argument b = Argument.of("b", k, n);
    Argument bt = Argument.of("b transposed", n, k);
    Argument wide = Argument.of("wide b", n, k + 3);
    Argument row = Argument.of("row", n).with(Values.SMALL);
    return List.of(
        new OpCase(
            "by B",
            List.of(a, other, b, row),
            t -> {
              Tensor first = Ops.tanh(Ops.add(Ops.matmul(t.get(0), t.get(2)), t.get(3)));
              return Ops.concat(Axis.FIRST, List.of(first, Ops.matmul(t.get(1), t.get(2))));
            }),
        new OpCase(
            "by B transposed",
            List.of(a, other, bt, row),
            t -> {
              var product = new MatMul(false, true);
              Tensor first = Ops.add(Tensor.of(product, t.get(0), t.get(2)), t.get(3));
              Tensor second = Ops.tanh(Tensor.of(product, t.get(1), t.get(2)));
              return Ops.concat(Axis.FIRST, List.of(first, second));
            }),
        new OpCase(
            "by a part, transposed",
            List.of(a, other, wide),
            t -> {
              var product = new MatMul(false, true);
              Tensor part = Ops.split(t.get(2), List.of(1, k, 2)).get(1);
              return Ops.concat(
                  Axis.FIRST,
                  List.of(
                      Tensor.of(product, t.get(0), part),
                      Tensor.of(product, t.get(1), part),
                      Tensor.of(product, Ops.tanh(t.get(0)), part)));
            }),
        new OpCase(
            "by what is computed",
            List.of(a, other, bt.with(Values.SMALL)),
            t -> {
              var product = new MatMul(false, true);
              Tensor right = Ops.tanh(t.get(2));
              return Ops.concat(
                  Axis.FIRST,
                  List.of(
                      Tensor.of(product, t.get(0), right), Tensor.of(product, t.get(1), right)));
            }));
  }

  /** So large that B is packed for its size, and deeper than is packed at once. */
  private static List<OpCase> largeSharedPanels() {
    return List.of(
        new OpCase(
            "large",
            List.of(
                Argument.of("a", 48, 1025).data(),
                Argument.of("other a", 53, 1025).data(),
                Argument.of("b", 1025, 513).data()),
            t ->
                Ops.scale(
                    Ops.concat(
                        Axis.FIRST,
                        List.of(Ops.matmul(t.get(0), t.get(2)), Ops.matmul(t.get(1), t.get(2)))),
                    0.03f)));
  }

  private static List<OpCase> reductions(int rows, int columns) {
    Argument x = Argument.of("x", rows, columns);
    Argument wide = x.with(Values.WIDE);
    Argument labels = new Argument("labels", x.shape(), Values.ONE_HOT, false);
    Argument masses = new Argument("masses", x.shape(), Values.UNIT, false);
    Argument dy = Argument.of("dy", rows, 1).data();
    return List.of(
        unary("row sums", x, Ops::rowSum),
        unary("row sums of squares", x, t -> Ops.scale(Ops.rowSum(Ops.square(t)), 0.5f)),
        unary("column sums", x, Ops::columnSum),
        unary("sum", x, Ops::sum),
        unary("sum in one go", x, t -> Tensor.of(new Sum(-0.5f), t)),
        unary("log sum exp", wide, Ops::logSumExp),
        unary("softmax", wide, Ops::softmax),
        binary("cross-entropy of labels", wide, labels, Ops::softmaxCrossEntropy),
        binary("cross-entropy of masses", x, masses, Ops::softmaxCrossEntropy),
        new OpCase(
            "gradient of cross-entropy",
            List.of(x.data(), masses, dy),
            t -> Node.of(new SoftmaxCrossEntropy.Gradient(), t).outputs().get(0)),
        unary("repeat", x, t -> Ops.repeat(t, 3)),
        unary("sum of repeats", x, t -> Tensor.of(new SumRepeats(rows), t)));
  }

  /** So many that an item of a GPU computes several; neither rows nor elements divide evenly. */
  private static List<OpCase> manyElements() {
    Argument x = Argument.of("x", 1031, 1025).data();
    Argument row = Argument.of("row", 1025).data();
    return List.of(
        unary("contiguous", x, Ops::tanh),
        binary("by rows", x, row, (t, r) -> Ops.tanh(Ops.multiply(t, r))));
  }

  /** Sums of so many rows that a GPU takes them block by block. */
  private static List<OpCase> tallSums() {
    Argument x = Argument.of("x", 4099, 3);
    Argument column = Argument.of("column", 9001, 1);
    Argument scale = Argument.of("scale", 3);
    Argument shift = Argument.of("shift", 3);
    Argument weights = Argument.of("weights", 3, 5);
    Argument bias = Argument.of("bias", 5);
    return List.of(
        unary("column sums", x, Ops::columnSum),
        unary("one column", column, Ops::columnSum),
        unary("of a part", x.data(), t -> Ops.columnSum(Ops.split(t, List.of(1, 2)).get(1))),
        unary("sum", column, t -> Tensor.of(new Sum(0.25f), t)),
        NormalizationCases.moment(0, x),
        NormalizationCases.moment(1, x),
        new OpCase("batch normalisation", List.of(x, scale, shift), NormalizationCases::batch),
        new OpCase(
            "beside a product",
            List.of(x.data(), weights, bias),
            t -> Ops.add(Ops.matmul(t.get(0), t.get(1)), t.get(2))));
  }

  /** Operands whose rows lie apart, or start inside a buffer. */
  private static List<OpCase> views(int rows, int columns) {
    List<Integer> widths = List.of(columns, columns, 1);
    Argument x = Argument.of("x", rows, 2 * columns + 1).with(Values.SMALL);
    Argument row = Argument.of("row", 1, columns + 1);
    Argument left = Argument.of("left", 5, rows);
    Argument right = Argument.of("right", columns, 10);
    Argument weights = Argument.of("square", columns, columns);
    return List.of(
        unary(
            "parts of rows",
            x,
            t -> {
              List<Tensor> parts = Ops.split(t, widths);
              return Ops.multiply(Ops.multiply(parts.get(0), parts.get(1)), parts.get(2));
            }),
        unary(
            "parts of a row",
            row.data(),
            t -> {
              List<Tensor> parts = Ops.split(t, List.of(1, columns));
              return Ops.multiply(parts.get(0), parts.get(1));
            }),
        binary(
            "matrices apart",
            x,
            right,
            (t, b) -> {
              List<Tensor> parts = Ops.split(t, widths);
              Tensor square = Tensor.of(new MatMul(true, false), parts.get(0), parts.get(1));
              Tensor outer = Tensor.of(new MatMul(false, true), parts.get(1), parts.get(0));
              Tensor product = Ops.matmul(outer, Ops.matmul(parts.get(0), square));
              return Ops.add(Ops.matmul(product, b), parts.get(2));
            }),
        binary(
            "rows of B apart",
            left,
            x.data(),
            (a, t) -> Ops.matmul(a, Ops.split(t, widths).get(1))),
        unary(
            "copied to a whole",
            x.data(),
            t -> {
              Tensor part = Ops.split(t, widths).get(1);
              return Ops.matmul(Ops.reshape(part, Shape.of(columns, rows)), Ops.logSumExp(part));
            }),
        unary("sums apart", x.data(), t -> Ops.columnSum(Ops.split(t, widths).get(1))),
        binary(
            "written apart",
            x.data(),
            weights.data(),
            (t, b) -> {
              List<Tensor> parts = Ops.split(t, widths);
              Tensor product = Ops.matmul(parts.get(1), b);
              return Ops.concat(
                  List.of(
                      product,
                      Ops.sigmoid(parts.get(0)),
                      Ops.softmax(parts.get(0)),
                      parts.get(2),
                      Ops.tanh(product),
                      parts.get(1)));
            }));
  }

  /** Chains on a product: bias, activation, scaling, sums of products. */
  private static List<OpCase> epilogues(int m, int n, int k) {
    Argument a = Argument.of("a", m, k).with(Values.SMALL);
    Argument b = Argument.of("b", k, n);
    Argument row = Argument.of("row", n).with(Values.SMALL);
    Argument column = Argument.of("column", m, 1);
    Argument c = Argument.of("c", m, n);
    Argument cube = Argument.of("cube", m, 2, k);
    return List.of(
        new OpCase(
            "layer",
            List.of(a, b, row),
            t -> Ops.tanh(Ops.add(Ops.matmul(t.get(0), t.get(1)), t.get(2)))),
        new OpCase(
            "alpha a b + beta c",
            List.of(a, b, c),
            t -> Ops.add(Ops.scale(Ops.matmul(t.get(0), t.get(1)), 0.5f), Ops.scale(t.get(2), -2))),
        new OpCase(
            "scaled rows",
            List.of(a, b, column),
            t -> Ops.multiply(Ops.matmul(t.get(0), t.get(1)), t.get(2))),
        new OpCase(
            "leading axes",
            List.of(cube, b, row),
            t -> Ops.sigmoid(Ops.add(Ops.matmul(t.get(0), t.get(1)), t.get(2)))));
  }

  private static OpCase unary(
      String name, Argument x, java.util.function.UnaryOperator<Tensor> op) {
    return new OpCase(name, List.of(x), t -> op.apply(t.get(0)));
  }

  private static OpCase binary(
      String name, Argument x, Argument y, java.util.function.BinaryOperator<Tensor> op) {
    return new OpCase(name, List.of(x, y), t -> op.apply(t.get(0), t.get(1)));
  }
}
