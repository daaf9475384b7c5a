package dev.glimpse.ops;

import static dev.glimpse.ops.OpCase.binary;

import dev.glimpse.ops.OpCase.Argument;
import dev.glimpse.ops.OpCase.Values;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Products of matrices, and what follows them: part of {@link OpCases}. */
final class ProductCases {
  private ProductCases() {}

  static Map<String, List<OpCase>> brief() {
    var groups = new LinkedHashMap<String, List<OpCase>>();
    groups.put("products", products(7, 15, 9));
    groups.put("wide products", products(7, 19, 9));
    groups.put("epilogues", epilogues(7, 15, 3));
    groups.put("shared panels", sharedPanels(7, 35, 9));
    return groups;
  }

  static Map<String, List<OpCase>> sizes() {
    var groups = new LinkedHashMap<String, List<OpCase>>();
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
    groups.put("epilogues 33 x 65", epilogues(33, 65, 70));
    return groups;
  }

  /** Extents of one, and what is packed for its size or its stride. */
  static Map<String, List<OpCase>> exceptions() {
    var groups = new LinkedHashMap<String, List<OpCase>>();
    for (int[] s : new int[][] {{1, 1, 1}, {1, 7, 33}, {5, 1, 7}}) {
      groups.put("products %d x %d x %d".formatted(s[0], s[1], s[2]), products(s[0], s[1], s[2]));
    }
    groups.put("packed products", packedProducts());
    groups.put("deep products", deepProducts(203));
    groups.put("divided products", dividedProducts());
    for (int[] s : new int[][] {{1, 1, 1}, {6, 33, 31}, {97, 512, 3}, {49, 1024, 65}}) {
      String size = "%d x %d x %d".formatted(s[0], s[1], s[2]);
      groups.put("shared panels " + size, sharedPanels(s[0], s[1], s[2]));
    }
    groups.put("large shared panels", largeSharedPanels());
    groups.put("epilogues 1 x 1", epilogues(1, 1, 7));
    return groups;
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

  /**
   * So many steps of k for so few results that a GPU divides them: into shares of one length, with
   * a shorter last one, for a column, of a part of a matrix, and where a chain follows.
   */
  private static List<OpCase> dividedProducts() {
    Argument a = Argument.of("a", 5, 391).with(Values.SMALL);
    Argument at = Argument.of("a transposed", 391, 5).with(Values.SMALL);
    Argument b = Argument.of("b", 391, 9).with(Values.SMALL);
    Argument bt = Argument.of("b transposed", 9, 391).with(Values.SMALL);
    Argument wide = Argument.of("wide a", 5, 400).with(Values.SMALL);
    return List.of(
        binary("a b", a, b, Ops::matmul),
        binary("a' b", at, b, (x, y) -> Tensor.of(new MatMul(true, false), x, y)),
        binary("a b'", a, bt, (x, y) -> Tensor.of(new MatMul(false, true), x, y)),
        binary("a' b'", at, bt, (x, y) -> Tensor.of(new MatMul(true, true), x, y)),
        binary(
            "column",
            Argument.of("a", 3, 512).with(Values.SMALL),
            Argument.of("b", 512, 1).with(Values.SMALL),
            Ops::matmul),
        binary("part", wide, b, (x, y) -> Ops.matmul(Ops.split(x, List.of(4, 391, 5)).get(1), y)),
        new OpCase(
            "layer",
            List.of(a, b, Argument.of("bias", 9).with(Values.SMALL)),
            t -> Ops.tanh(Ops.add(Ops.matmul(t.get(0), t.get(1)), t.get(2)))),
        new OpCase(
            "into a part",
            List.of(a, b, Argument.of("beside", 5, 2)),
            t ->
                Ops.concat(
                    Axis.LAST, List.of(t.get(2), Ops.matmul(t.get(0), t.get(1)), t.get(2)))));
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
}
