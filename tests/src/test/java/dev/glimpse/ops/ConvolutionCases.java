package dev.glimpse.ops;

import dev.glimpse.ops.OpCase.Argument;
import dev.glimpse.ops.OpCase.Values;
import dev.glimpse.ops.Window.Extent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Convolutions and transposed convolutions: part of {@link OpCases}. */
final class ConvolutionCases {
  private ConvolutionCases() {}

  /**
   * A window over images of one size, taken both ways: from channels to fields, and back.
   *
   * @param channels of the images, {@code [batch, image, channels]}
   * @param fields at each of the window's positions, {@code [batch, positions, fields]}
   */
  private record Geometry(int batch, Extent image, int channels, int fields, Window window) {
    Extent positions() {
      return window.positions(image);
    }

    /** The output padding that leads from the positions to this image. */
    Extent extra() {
      Extent least = window.image(positions(), new Extent(0, 0));
      return new Extent(image.height() - least.height(), image.width() - least.width());
    }

    Argument images() {
      return Argument.of("images", batch, image.height(), image.width(), channels);
    }

    Argument field() {
      return Argument.of("field", batch, positions().height(), positions().width(), fields);
    }

    Argument weights() {
      return Argument.of("kernel", window.height(), window.width(), channels, fields);
    }

    Argument transposedWeights() {
      return Argument.of("transposed kernel", window.height(), window.width(), fields, channels);
    }

    Tensor forth(Tensor images, Tensor weights) {
      return Ops.conv2d(images, weights, window);
    }

    Tensor back(Tensor field, Tensor weights) {
      return Ops.convTranspose2d(field, weights, window, extra());
    }

    Stream<OpCase> cases(String name) {
      return Stream.of(
          new OpCase(name, List.of(images(), weights()), t -> forth(t.get(0), t.get(1))),
          new OpCase(
              name + ", transposed",
              List.of(field(), transposedWeights()),
              t -> back(t.get(0), t.get(1))));
    }
  }

  private static Extent by(int height, int width) {
    return new Extent(height, width);
  }

  private static Geometry geometry(
      int batch, Extent image, int channels, int fields, Window window) {
    return new Geometry(batch, image, channels, fields, window);
  }

  /** So small that the smallest tile of a GPU holds each product. */
  static Map<String, List<OpCase>> brief() {
    var strided = new Window(3, 2, by(2, 1), by(1, 1), by(1, 1));
    var even = new Window(2, 2, by(2, 1), by(0, 1), by(1, 1));
    var gaps = new Window(1, 2, by(2, 3), by(0, 1), by(1, 1));
    var wide = new Window(1, 1, by(1, 1), by(0, 0), by(1, 1));
    var groups = new LinkedHashMap<String, List<OpCase>>();
    groups.put(
        "convolutions",
        Stream.of(
                geometry(1, by(4, 3), 2, 7, strided).cases("to grey"),
                geometry(1, by(3, 5), 5, 3, gaps).cases("phases without taps"))
            .flatMap(cases -> cases)
            .toList());
    groups.put("wide convolutions", geometry(1, by(2, 4), 9, 35, wide).cases("panels").toList());
    groups.put(
        "small convolutions of 5 x 5",
        geometry(12, by(2, 3), 16, 17, Window.square(5, 1, 2))
            .cases("one tile and a half")
            .toList());
    groups.put(
        "small convolutions of 4 x 4",
        geometry(24, by(8, 7), 16, 17, Window.square(4, 2, 1)).cases("less than a tile").toList());
    groups.put(
        "small convolutions of 3 x 3",
        geometry(24, by(4, 3), 16, 17, Window.square(3, 1, 1)).cases("less than a tile").toList());
    groups.put("convolution epilogues", epilogues(geometry(2, by(4, 3), 3, 5, even)));
    return groups;
  }

  /** All kinds of windows, and channels at and around the edges of vectors and tiles. */
  static Map<String, List<OpCase>> sizes() {
    Extent one = by(1, 1);
    Extent none = by(0, 0);
    var groups = new LinkedHashMap<String, List<OpCase>>();
    groups.put(
        "convolutions by windows",
        Stream.of(
                geometry(3, by(7, 5), 3, 31, Window.square(3, 2, 1)).cases("strided"),
                geometry(1, by(9, 6), 33, 7, Window.square(4, 2, 1)).cases("output padding"),
                geometry(1, by(8, 7), 7, 33, Window.square(5, 1, 2)).cases("large"),
                geometry(3, by(6, 4), 7, 15, Window.square(2, 2, 0)).cases("side by side"),
                geometry(1, by(3, 4), 5, 7, Window.square(1, 2, 2)).cases("in the padding"),
                geometry(3, by(9, 10), 5, 3, new Window(3, 2, by(1, 2), by(2, 1), by(3, 2)))
                    .cases("dilated"),
                geometry(1, by(8, 6), 1, 5, new Window(2, 4, by(3, 1), none, one))
                    .cases("smaller than its stride"),
                geometry(3, by(7, 8), 31, 1, Window.square(3, 2, 1, 2))
                    .cases("stride and dilation alike"),
                geometry(1, by(14, 10), 3, 5, new Window(5, 3, by(3, 2), by(1, 0), by(2, 3)))
                    .cases("stride and dilation coprime"),
                geometry(1, by(11, 9), 5, 9, new Window(1, 5, by(1, 3), by(0, 2), by(1, 2)))
                    .cases("flat"))
            .flatMap(cases -> cases)
            .toList());
    groups.put(
        "convolutions by channels",
        Stream.of(
                geometry(1, one, 64, 65, Window.square(1, 1, 0)).cases("pixel"),
                geometry(3, one, 5, 33, Window.square(3, 1, 1)).cases("padded pixel"),
                geometry(3, by(4, 4), 33, 64, Window.square(4, 1, 0)).cases("from a pixel"),
                geometry(1, by(6, 11), 65, 64, Window.square(3, 1, 1)).cases("tiles"),
                geometry(1, by(4, 5), 31, 65, new Window(2, 3, by(2, 1), by(0, 1), one))
                    .cases("panels"),
                geometry(3, by(17, 19), 1, 3, Window.square(2, 1, 0)).cases("many positions"),
                geometry(3, by(11, 10), 33, 5, Window.square(3, 1, 1)).cases("shares of positions"))
            .flatMap(cases -> cases)
            .toList());
    groups.put(
        "convolutions of grey and colour",
        Stream.of(
                geometry(3, by(13, 15), 1, 35, Window.square(5, 1, 2)).cases("blocks of lines"),
                geometry(2, by(18, 14), 3, 16, Window.square(4, 2, 1)).cases("strided colour"),
                geometry(5, by(3, 2), 2, 9, Window.square(3, 1, 1)).cases("less than a tile"),
                geometry(2, by(9, 20), 20, 2, new Window(3, 4, by(1, 2), by(2, 1), by(2, 1)))
                    .cases("dilated downwards"))
            .flatMap(cases -> cases)
            .toList());
    groups.put(
        "convolution epilogues of grey",
        epilogues(geometry(3, by(9, 10), 1, 9, Window.square(4, 2, 1))).subList(1, 4));
    groups.put(
        "convolutions of 5 x 5",
        Stream.of(
                geometry(3, by(7, 6), 17, 33, Window.square(5, 1, 2)).cases("odd tiles"),
                geometry(8, by(6, 9), 33, 16, Window.square(5, 1, 0)).cases("without padding"))
            .flatMap(cases -> cases)
            .toList());
    groups.put(
        "convolution epilogues of 5 x 5",
        epilogues(geometry(4, by(5, 4), 16, 18, Window.square(5, 1, 2))).subList(0, 3));
    groups.put(
        "convolutions of 3 x 3",
        Stream.of(
                geometry(6, by(7, 6), 17, 33, Window.square(3, 1, 1)).cases("odd tiles"),
                geometry(24, by(6, 5), 33, 16, Window.square(3, 1, 0)).cases("without padding"),
                geometry(6, by(6, 6), 16, 18, Window.square(3, 1, 2)).cases("more padding"))
            .flatMap(cases -> cases)
            .toList());
    groups.put(
        "convolution epilogues of 3 x 3",
        epilogues(geometry(6, by(7, 6), 16, 18, Window.square(3, 1, 1))).subList(2, 9));
    var uneven = new Window(4, 4, by(2, 2), by(1, 0), one);
    groups.put(
        "convolutions of 4 x 4",
        Stream.of(
                geometry(24, by(8, 8), 17, 33, Window.square(4, 2, 1)).cases("whole tiles"),
                geometry(6, by(15, 13), 33, 16, Window.square(4, 2, 1)).cases("odd tiles"),
                geometry(6, by(16, 17), 16, 20, Window.square(4, 2, 0)).cases("without padding"),
                geometry(6, by(16, 15), 18, 16, uneven).cases("uneven padding"),
                geometry(24, by(6, 6), 16, 23, Window.square(4, 2, 2)).cases("more padding"),
                geometry(24, by(4, 4), 16, 16, Window.square(4, 2, 3)).cases("most padding"))
            .flatMap(cases -> cases)
            .toList());
    Geometry four = geometry(24, by(7, 8), 16, 18, Window.square(4, 2, 1));
    // Of so many results one is too near to the bend of a relu for a difference quotient.
    List<OpCase> smooth = epilogues(four).subList(2, 9);
    groups.put("convolution epilogues of 4 x 4", smooth);
    groups.put(
        "convolution epilogues of many channels",
        epilogues(geometry(3, by(5, 7), 4, 35, Window.square(3, 2, 1))));
    return groups;
  }

  /** Chains on a convolution, and what comes from and goes to tensors of other shapes. */
  private static List<OpCase> epilogues(Geometry geometry) {
    Argument images = geometry.images();
    Argument field = geometry.field();
    Argument weights = geometry.weights().with(Values.SMALL);
    Argument back = geometry.transposedWeights().with(Values.SMALL);
    Argument bias = Argument.of("bias", geometry.fields()).with(Values.SMALL);
    Argument backBias = Argument.of("image bias", geometry.channels()).with(Values.SMALL);
    Argument mask = new Argument("mask", images.shape().withColumns(1), Values.NORMAL, true);
    Argument flat =
        Argument.of("flat", images.shape().dimension(0), images.shape().size() / geometry.batch());
    int features = field.shape().size() / geometry.batch();
    Argument head = Argument.of("head", features, 3).with(Values.SMALL);
    return List.of(
        new OpCase(
            "bias and leaky relu",
            List.of(images, weights, bias),
            t -> Ops.leakyRelu(Ops.add(geometry.forth(t.get(0), t.get(1)), t.get(2)), 0.2f)),
        new OpCase(
            "bias, relu and mask, transposed",
            List.of(field, back, backBias, mask),
            t -> {
              Tensor y = Ops.relu(Ops.add(geometry.back(t.get(0), t.get(1)), t.get(2)));
              return Ops.multiply(y, t.get(3));
            }),
        new OpCase(
            "sum of both",
            List.of(images.data(), field, weights.data()),
            t -> Ops.add(Ops.scale(geometry.forth(t.get(0), t.get(2)), 0.5f), t.get(1))),
        new OpCase(
            "autoencoder",
            List.of(images, weights, bias, back, backBias),
            t -> {
              Tensor code = Ops.tanh(Ops.add(geometry.forth(t.get(0), t.get(1)), t.get(2)));
              return Ops.sigmoid(Ops.add(geometry.back(code, t.get(3)), t.get(4)));
            }),
        new OpCase(
            "sums",
            List.of(images, weights.data()),
            t -> Ops.rowSum(Ops.square(geometry.forth(t.get(0), t.get(1))))),
        new OpCase(
            "reshaped",
            List.of(flat, weights.data(), head),
            t -> {
              Tensor shaped = Ops.reshape(Ops.tanh(t.get(0)), images.shape());
              Tensor y = Ops.relu(geometry.forth(shaped, t.get(1)));
              return Ops.matmul(Ops.reshape(y, Shape.of(geometry.batch(), features)), t.get(2));
            }),
        new OpCase(
            "channels apart",
            List.of(
                Argument.of("both", widened(images.shape(), geometry.channels() + 1)),
                weights.data()),
            t -> {
              List<Tensor> parts = Ops.split(t.get(0), List.of(1, geometry.channels()));
              Tensor y = geometry.forth(parts.get(1), t.get(1));
              return Ops.concat(List.of(y, Ops.square(y)));
            }),
        new OpCase(
            "gradient by weights as a value",
            List.of(images, field, bias),
            t -> {
              var op = new ConvolutionWeights(geometry.window(), false);
              return Ops.tanh(
                  Ops.add(Ops.scale(Tensor.of(op, t.get(0), t.get(1)), 0.1f), t.get(2)));
            }),
        new OpCase(
            "transposed gradient by weights as a value",
            List.of(images, field, backBias),
            t -> {
              var op = new ConvolutionWeights(geometry.window(), true);
              return Ops.tanh(
                  Ops.add(Ops.scale(Tensor.of(op, t.get(0), t.get(1)), 0.1f), t.get(2)));
            }));
  }

  private static int[] widened(Shape shape, int columns) {
    return shape.withColumns(columns).dimensions().stream().mapToInt(d -> d).toArray();
  }
}
