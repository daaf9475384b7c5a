package dev.glimpse.models;

import dev.glimpse.nn.Activation;
import dev.glimpse.nn.Layer;
import dev.glimpse.nn.Linear;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Shape;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The networks of an auto-encoder as settings describe them: perceptrons, or the convolutions of
 * {@link Dcgan}.
 */
record Networks(DataShape data, Settings settings) {
  static Settings define(Settings settings) {
    settings
        .choice("network", List.of("mlp", "conv"), "perceptrons, or convolutions as in DCGAN")
        .define("hidden", "400,400", "widths of the perceptrons' hidden layers")
        .choice(
            "activation",
            List.of("relu", "tanh", "leaky_relu", "softplus"),
            "of the perceptrons' hidden layers")
        .size("latent", 20, "dimensions of the code");
    return Dcgan.define(settings);
  }

  private boolean convolutional() {
    return settings.text("network").equals("conv");
  }

  int latent() {
    return settings.integer("latent");
  }

  /** Images, and a label of so many classes, to features; see {@link Encoder}. */
  Encoder encoder(String name, int classes) {
    return convolutional()
        ? Dcgan.of(data, settings).encoder(name, classes)
        : new Encoder(Sequential.of(), perceptron(name, data.pixels(), classes), Shape.of(last()));
  }

  /** Codes and a label of so many classes to the logits of pixels {@code [N, H W C]}. */
  Layer decoder(String name, int in, int classes) {
    return convolutional()
        ? Dcgan.of(data, settings).generator(name, in, classes)
        : Sequential.of(
            perceptron(name, in, classes),
            new Linear("pixels", last(), data.pixels(), Activation.NONE));
  }

  /** The hidden layers alone. */
  Sequential perceptron(String name, int in, int classes) {
    var widths = new ArrayList<Integer>();
    widths.add(in);
    widths.addAll(hidden());
    Activation activation =
        Activation.valueOf(settings.text("activation").toUpperCase(Locale.ROOT));
    return Sequential.perceptron(name, widths, classes, activation);
  }

  /** The width of the last hidden layer. */
  int last() {
    return hidden().get(hidden().size() - 1);
  }

  private List<Integer> hidden() {
    return Widths.parse("hidden", settings.text("hidden"));
  }
}
