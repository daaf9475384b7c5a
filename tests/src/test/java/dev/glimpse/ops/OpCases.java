package dev.glimpse.ops;

import static dev.glimpse.ops.OpCase.binary;
import static dev.glimpse.ops.OpCase.unary;

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
    groups.putAll(ProductCases.brief());
    groups.put("reductions", reductions(7, 9));
    groups.put("views", views(7, 9));
    groups.put("mean", List.of(unary("mean", Argument.of("x", 3, 11), Ops::mean)));
    groups.putAll(ConvolutionCases.brief());
    groups.put("resizing", ResizingCases.brief());
    groups.put("normalizations", NormalizationCases.brief(7, 9));
    groups.put("first axis", FirstAxisCases.of(3, 9));
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
    groups.putAll(ProductCases.sizes());
    for (int[] s : new int[][] {{93, 1}, {65, 33}, {32, 64}, {7, 1031}}) {
      groups.put("reductions %d x %d".formatted(s[0], s[1]), reductions(s[0], s[1]));
    }
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
    groups.putAll(ProductCases.exceptions());
    for (int[] s : new int[][] {{1, 1}, {1, 93}}) {
      groups.put("reductions %d x %d".formatted(s[0], s[1]), reductions(s[0], s[1]));
    }
    groups.put("tall sums", tallSums());
    groups.put("many elements", manyElements());
    groups.put("first axis 1 x 1", FirstAxisCases.of(1, 1));
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
        unary("filled by a column", column, x -> Ops.broadcast(x, shape)),
        unary("sums of a scalar", scalar, x -> Ops.rowSum(Ops.broadcast(x, shape))),
        unary("sums of a row", row, x -> Ops.rowSum(Ops.square(Ops.broadcast(x, shape)))),
        unary("sum of a row", row, x -> Ops.sum(Ops.square(Ops.broadcast(x, shape)))),
        binary(
            "column's share of sums",
            matrix.data(),
            column,
            (x, c) -> Ops.square(Ops.rowSum(Ops.add(x, c)))),
        unary(
            "of constants alone",
            scalar,
            x -> Ops.add(x, Ops.sum(Ops.exp(Ops.constant(0, shape))))));
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
        unary("repeat elements", Argument.of("x", columns), t -> Ops.repeat(t, 2)),
        unary("repeat matrices", Argument.of("x", 2, rows, columns), t -> Ops.repeat(t, 2)),
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
        unary("a strip and a column", Argument.of("wide", 2050, 33).data(), Ops::columnSum),
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
}
