package dev.glimpse.ops;

import dev.glimpse.ops.OpCase.Argument;
import dev.glimpse.ops.OpCase.Values;
import java.util.List;

/**
 * Products and convolutions with what a library may compute in the same call, and with a bit more.
 */
final class LinearEpilogueCases {
  private LinearEpilogueCases() {}

  static List<OpCase> of(int m, int n, int k) {
    Argument a = Argument.of("a", m, k).with(Values.SMALL);
    Argument b = Argument.of("b", k, n);
    Argument row = Argument.of("row", n);
    Argument c = Argument.of("c", m, n);
    Argument wide = Argument.of("wide", m, n + 2);
    Argument images = Argument.of("images", 2, 5, 4, k);
    Argument kernel = Argument.of("kernel", 3, 3, k, n).with(Values.SMALL);
    var window = Window.square(3, 1, 1);
    return List.of(
        new OpCase(
            "bias and ReLU",
            List.of(a, b, row),
            t -> Ops.relu(Ops.add(Ops.matmul(t.get(0), t.get(1)), t.get(2)))),
        new OpCase("ReLU alone", List.of(a, b), t -> Ops.relu(Ops.matmul(t.get(0), t.get(1)))),
        new OpCase(
            "all of it",
            List.of(a, b, c, row),
            t ->
                Ops.relu(
                    Ops.add(
                        Ops.subtract(
                            Ops.scale(Ops.matmul(t.get(0), t.get(1)), 3), Ops.scale(t.get(2), 2)),
                        t.get(3)))),
        new OpCase(
            "a part as addend, another as result",
            List.of(a, b, wide),
            t -> {
              List<Tensor> parts = Ops.split(t.get(2), List.of(1, n, 1));
              Tensor sum = Ops.add(parts.get(1), Ops.matmul(t.get(0), t.get(1)));
              return Ops.concat(List.of(parts.get(0), sum, parts.get(2)));
            }),
        new OpCase(
            "one row",
            List.of(Argument.of("short", 1, k), b, row),
            t -> Ops.relu(Ops.add(Ops.matmul(t.get(0), t.get(1)), t.get(2)))),
        new OpCase(
            "a scaled bias",
            List.of(a, b, row),
            t -> Ops.scale(Ops.add(Ops.matmul(t.get(0), t.get(1)), t.get(2)), 0.5f)),
        new OpCase(
            "less the product",
            List.of(a, b, row),
            t -> Ops.subtract(t.get(2), Ops.matmul(t.get(0), t.get(1)))),
        new OpCase(
            "images, bias and ReLU",
            List.of(images, kernel, row),
            t -> Ops.relu(Ops.add(Ops.conv2d(t.get(0), t.get(1), window), t.get(2)))),
        new OpCase(
            "images and bias",
            List.of(images, kernel, row),
            t -> Ops.add(Ops.conv2d(t.get(0), t.get(1), window), t.get(2))));
  }
}
