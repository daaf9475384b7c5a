package dev.glimpse.ops;

import dev.glimpse.ops.OpCase.Argument;
import dev.glimpse.ops.OpCase.Values;
import java.util.ArrayList;
import java.util.List;

/** Batch and layer normalisation: part of {@link OpCases}. */
final class NormalizationCases {
  private static final float EPSILON = 1e-5f;

  private NormalizationCases() {}

  static List<OpCase> brief(int rows, int columns) {
    List<OpCase> cases = of(rows, columns);
    Argument scale = Argument.of("scale", columns);
    Argument shift = Argument.of("shift", columns);
    cases.add(
        new OpCase(
            "of a part",
            List.of(Argument.of("wide", rows, columns + 1), scale, shift),
            t -> {
              Tensor part = Ops.split(t.get(0), List.of(1, columns)).get(1);
              return Ops.concat(List.of(batch(List.of(part, t.get(1), t.get(2))), part));
            }));
    var window = Window.square(2, 1, 0);
    cases.add(
        new OpCase(
            "between convolutions",
            List.of(
                Argument.of("images", 1, 3, 4, 3),
                Argument.of("kernel", 2, 2, 3, columns).with(Values.SMALL),
                scale,
                shift,
                Argument.of("transposed kernel", 2, 2, columns, 3).with(Values.SMALL)),
            t -> {
              Tensor code =
                  batch(List.of(Ops.conv2d(t.get(0), t.get(1), window), t.get(2), t.get(3)));
              var none = new Window.Extent(0, 0);
              return Ops.convTranspose2d(Ops.tanh(code), t.get(4), window, none);
            }));
    return cases;
  }

  static List<OpCase> of(int rows, int columns) {
    Argument x = Argument.of("x", rows, columns);
    Argument cube = Argument.of("cube", 2, rows, columns);
    Argument scale = Argument.of("scale", columns);
    Argument shift = Argument.of("shift", columns);
    Argument mean = Argument.of("mean", columns);
    Argument deviation = Argument.of("deviation", columns).with(Values.POSITIVE);
    var cases = new ArrayList<OpCase>();
    for (int moment = 0; moment < 3; moment++) {
      cases.add(moment(moment, x));
    }
    cases.add(new OpCase("of the batch", List.of(x, scale, shift), NormalizationCases::batch));
    cases.add(
        new OpCase(
            "and activated", List.of(cube, scale, shift), t -> Ops.leakyRelu(batch(t), 0.2f)));
    cases.add(
        new OpCase(
            "with given moments",
            List.of(x, mean, deviation, scale, shift),
            t ->
                Tensor.of(new Pointwise(Function.NORMALIZE, List.of()), t.toArray(Tensor[]::new))));
    if (columns > 2) {
      cases.add(new OpCase("of each row", List.of(x, scale, shift), NormalizationCases::layer));
    }
    return cases;
  }

  /** Far from zero, where squares would cancel. */
  static OpCase moment(int number, Argument x) {
    return new OpCase(
        List.of("mean", "variance", "inverse deviation").get(number),
        List.of(x.data()),
        t -> moments(Ops.shift(t.get(0), 16)).get(number));
  }

  private static List<Tensor> moments(Tensor x) {
    return Node.of(new BatchMoments(EPSILON), List.of(x)).outputs();
  }

  /** Of x, scale and shift. */
  static Tensor batch(List<Tensor> t) {
    List<Tensor> moments = moments(t.get(0));
    return Tensor.of(
        new BatchNormalize(), t.get(0), moments.get(0), moments.get(2), t.get(1), t.get(2));
  }

  /** Of x, scale and shift. */
  private static Tensor layer(List<Tensor> t) {
    float share = 1f / t.get(0).shape().columns();
    Tensor centred = Ops.subtract(t.get(0), Ops.scale(Ops.rowSum(t.get(0)), share));
    Tensor variance = Ops.scale(Ops.rowSum(Ops.square(centred)), share);
    Tensor normalized = Ops.divide(centred, Ops.sqrt(Ops.shift(variance, EPSILON)));
    return Ops.add(Ops.multiply(normalized, t.get(1)), t.get(2));
  }
}
