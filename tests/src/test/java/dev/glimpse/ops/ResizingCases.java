package dev.glimpse.ops;

import dev.glimpse.ops.OpCase.Argument;
import dev.glimpse.ops.Window.Extent;
import java.util.ArrayList;
import java.util.List;

/** Pooling and up-sampling: part of {@link OpCases}. */
final class ResizingCases {
  private ResizingCases() {}

  static List<OpCase> brief() {
    var cases = new ArrayList<OpCase>();
    var overlapping = new Window(3, 2, by(2, 1), by(1, 1), by(1, 1));
    cases.addAll(pools("overlapping", Argument.of("x", 2, 4, 3, 9), overlapping));
    cases.addAll(upsampled(2, Argument.of("small", 2, 2, 3, 9)));
    return cases;
  }

  static List<OpCase> sizes() {
    var cases = new ArrayList<OpCase>();
    Argument colours = Argument.of("x", 3, 7, 6, 3);
    cases.addAll(pools("side by side", colours, Window.square(2, 2, 0)));
    cases.addAll(
        pools(
            "disjoint",
            Argument.of("x", 2, 6, 4, 5),
            new Window(3, 2, by(3, 2), by(0, 0), by(1, 1))));
    cases.addAll(pools("in steps", colours, Window.square(3, 1, 1)));
    cases.addAll(
        pools(
            "with gaps",
            Argument.of("x", 1, 9, 8, 17),
            new Window(2, 1, by(3, 2), by(1, 0), by(1, 1))));
    cases.addAll(
        pools(
            "dilated",
            Argument.of("x", 3, 10, 9, 1),
            new Window(3, 4, by(2, 1), by(1, 2), by(2, 2))));
    cases.addAll(
        pools(
            "whole",
            Argument.of("x", 3, 4, 5, 65),
            new Window(4, 5, by(1, 1), by(0, 0), by(1, 1))));
    cases.addAll(upsampled(2, Argument.of("small", 3, 5, 4, 3)));
    cases.addAll(upsampled(3, Argument.of("small", 1, 3, 2, 17)));
    cases.addAll(upsampled(4, Argument.of("small", 3, 1, 1, 8)));
    return cases;
  }

  private static Extent by(int height, int width) {
    return new Extent(height, width);
  }

  private static List<OpCase> pools(String name, Argument x, Window window) {
    int[] pooled =
        MaxPool.pooled(window, x.shape()).dimensions().stream().mapToInt(d -> d).toArray();
    Argument field = Argument.of("field", pooled);
    return List.of(
        new OpCase("largest " + name, List.of(x), t -> Ops.maxPool(t.get(0), window)),
        new OpCase(
            "tap of largest " + name,
            List.of(x.data()),
            t -> Node.of(new MaxPool(window), t).outputs().get(1)),
        new OpCase(
            "largest activation " + name,
            List.of(x),
            t -> Ops.tanh(Ops.maxPool(Ops.relu(Ops.shift(t.get(0), 1)), window))),
        new OpCase("mean " + name, List.of(x), t -> Ops.averagePool(t.get(0), window)),
        new OpCase(
            "spread mean " + name,
            List.of(field),
            t -> Tensor.of(new AveragePool.Gradient(window, x.shape()), t.get(0))));
  }

  private static List<OpCase> upsampled(int factor, Argument small) {
    Shape s = small.shape();
    Argument large =
        Argument.of(
            "large",
            s.dimension(0),
            factor * s.dimension(1),
            factor * s.dimension(2),
            s.dimension(3));
    var cases = new ArrayList<OpCase>();
    for (boolean nearest : new boolean[] {true, false}) {
      String how = (nearest ? "nearest" : "bilinear") + " by " + factor;
      cases.add(new OpCase(how, List.of(small), t -> Ops.upsample(t.get(0), factor, nearest)));
      cases.add(
          new OpCase(
              how + ", adjoint",
              List.of(large),
              t -> Tensor.of(new Upsample(factor, nearest, true), t.get(0))));
    }
    return cases;
  }
}
