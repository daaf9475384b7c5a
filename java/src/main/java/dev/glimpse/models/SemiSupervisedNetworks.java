package dev.glimpse.models;

import dev.glimpse.nn.Activation;
import dev.glimpse.nn.BatchNorm;
import dev.glimpse.nn.Conv2d;
import dev.glimpse.nn.ConvTranspose2d;
import dev.glimpse.nn.Dropout;
import dev.glimpse.nn.Flatten;
import dev.glimpse.nn.GaussianNoise;
import dev.glimpse.nn.LabelledLinear;
import dev.glimpse.nn.Layer;
import dev.glimpse.nn.Linear;
import dev.glimpse.nn.MaxPool2d;
import dev.glimpse.nn.Reshape;
import dev.glimpse.nn.Sequential;
import dev.glimpse.nn.WeightNorm;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Window;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The networks of a semi-supervised VAE: perceptrons, or convolutions of 5 x 5 with pooling to read
 * images and transposed ones of 4 x 4 to draw them.
 */
record SemiSupervisedNetworks(DataShape data, Settings settings) {
  private static final Window READ = Window.square(5, 1, 2);
  private static final Window POOL = Window.square(2, 2, 0);
  private static final Window DRAW = Window.square(4, 2, 1);

  SemiSupervisedNetworks {
    boolean divisible = data.height() % 4 == 0 && data.width() % 4 == 0;
    if (settings.text("network").equals("conv") && !divisible) {
      throw new SettingException(
          "convolutions need images whose height and width are multiples of 4, not %d x %d"
              .formatted(data.height(), data.width()));
    }
    if (settings.flag("norm") && settings.flag("weightNorm")) {
      throw new SettingException(
          "norm and weightNorm exclude each other: what batch normalisation takes away is what"
              + " weight normalisation learns; switch one off");
    }
  }

  static Settings define(Settings settings, String network, String hidden) {
    return settings
        .choice("network", List.of("mlp", "conv"), "perceptrons, or convolutions")
        .standard("network", network)
        .define("hidden", hidden, "widths of the hidden layers, behind the convolutions if any")
        .choice("activation", List.of("relu", "softplus", "tanh"), "of the hidden layers")
        .size("width", 32, "channels of the larger convolutional layer; the deeper has twice")
        .size("latent", 50, "dimensions of the code z")
        .define("noise", 0.0, 0, "deviation of the noise on the images that the classifier learns")
        .share("dropout", 0.0, "share of the classifier's hidden units dropped in training")
        .define("norm", false, "whether the classifier's layers are batch-normalised")
        .define("weightNorm", false, "whether the weights of its hidden layers are normalised");
  }

  /** Defines the settings of a discriminator beside them. */
  static Settings defineDiscriminator(Settings settings) {
    return settings
        .choice("d.network", List.of("conv", "mlp"), "of the discriminator")
        .define("d.hidden", "256", "widths of its hidden layers")
        .size("d.width", 16, "channels of its larger convolutional layer")
        .define("d.noise", 0.0, 0, "deviation of the noise on the images that it judges")
        .share("d.dropout", 0.0, "share of its hidden units dropped in training")
        .define("d.norm", false, "whether its layers are batch-normalised")
        .define("d.weightNorm", false, "whether the weights of its hidden layers are normalised");
  }

  /** The networks of the discriminator, which reads images as a classifier does. */
  SemiSupervisedNetworks discriminator() {
    return others(settings.text("d.network"), "d.");
  }

  /** The networks of q(y | x), which may be convolutions beside perceptrons. */
  SemiSupervisedNetworks classifier() {
    String network = settings.text("classifier.network");
    return network.equals("same") ? this : others(network, "");
  }

  private SemiSupervisedNetworks others(String network, String prefix) {
    var own = define(new Settings(), network, settings.text(prefix + "hidden"));
    for (String name : List.of("width", "noise", "dropout", "norm", "weightNorm")) {
      own.set(name, settings.get(prefix + name));
    }
    own.set("activation", settings.text("activation"));
    return new SemiSupervisedNetworks(data, own);
  }

  private boolean convolutional() {
    return settings.text("network").equals("conv");
  }

  private List<Integer> hidden() {
    return Widths.parse("hidden", settings.text("hidden"));
  }

  private int first() {
    return hidden().get(0);
  }

  private Activation activation() {
    return Activation.valueOf(settings.text("activation").toUpperCase(Locale.ROOT));
  }

  private int width() {
    return settings.integer("width");
  }

  /** The smallest images. */
  private Shape pooled() {
    return Shape.of(data.height() / 4, data.width() / 4, 2 * width());
  }

  /** Images {@code [N, H W C]} to features, before a label is seen. */
  Layer trunk(String name) {
    return convolutional() ? convolutions(name, false) : Sequential.of();
  }

  /** The shape of what {@link #trunk} gives. */
  Shape trunkFeatures() {
    return convolutional() ? pooled() : Shape.of(data.pixels());
  }

  /** Features and a label to the first hidden layer. */
  LabelledLinear joint(String name, Shape features) {
    return new LabelledLinear(name, features, data.classes(), first(), activation());
  }

  /** The hidden layers but the first, the widths {@code hidden} in their order. */
  Sequential rest(String name) {
    return Sequential.perceptron(name, hidden(), activation());
  }

  /** The width of the last hidden layer. */
  int last() {
    return hidden().get(hidden().size() - 1);
  }

  /** The last hidden layer to the logits of pixels. */
  Layer pixels(String name) {
    if (!convolutional()) {
      return new Linear(name, last(), data.pixels(), Activation.NONE);
    }
    Shape small = pooled();
    return Sequential.of(
        new Linear(
            name + ".linear",
            Shape.of(last()),
            small,
            Activation.RELU,
            true,
            Initializer.he(last())),
        new Reshape(small),
        drawing(name + ".conv1", 2 * width(), width()),
        Activation.RELU,
        drawing(name + ".conv2", width(), data.channels()),
        new Flatten());
  }

  private static Layer drawing(String name, int in, int out) {
    // Of the 16 taps four reach each pixel.
    return new ConvTranspose2d(name, in, out, DRAW, true, Initializer.he(4 * in));
  }

  /** Images {@code [N, H W C]} to a hidden layer of width {@link #last}. */
  Sequential features(String name) {
    var layers = new ArrayList<Layer>();
    layers.add(new GaussianNoise((float) settings.number("noise")));
    Shape in = Shape.of(data.pixels());
    if (convolutional()) {
      layers.add(convolutions(name, true));
      in = pooled();
    }
    for (int i = 0; i < hidden().size(); i++) {
      int out = hidden().get(i);
      if (i > 0 || convolutional()) {
        layers.add(new Dropout((float) settings.number("dropout")));
      }
      var initializer = activation().initializer(in.size(), out);
      var linear =
          new Linear(
              name + "." + i, in, Shape.of(out), Activation.NONE, !normalises(), initializer);
      double norm = isRectified() ? Math.sqrt(2) : Math.sqrt(2.0 * in.size() / (in.size() + out));
      layers.add(normalises() ? normalised(name + ".norm" + i, linear, out, norm) : linear);
      layers.add(activation());
      in = Shape.of(out);
    }
    layers.add(new Dropout((float) settings.number("dropout")));
    return new Sequential(layers);
  }

  private boolean normalises() {
    return settings.flag("norm") || settings.flag("weightNorm");
  }

  /**
   * A layer of the classifier, which has no bias of its own.
   *
   * @param norm that its weights are expected to be drawn with
   */
  private Layer normalised(String name, Layer layer, int out, double norm) {
    return settings.flag("norm")
        ? Sequential.of(layer, new BatchNorm(name, out))
        : new WeightNorm(name, layer, norm);
  }

  private boolean isRectified() {
    return activation() == Activation.RELU || activation() == Activation.LEAKY_RELU;
  }

  /**
   * {@code [N, H W C]} to the flattened smallest images.
   *
   * @param classifies whether they are the classifier's, which settings may want normalised
   */
  private Sequential convolutions(String name, boolean classifies) {
    boolean normalised = classifies && normalises();
    var layers = new ArrayList<Layer>();
    layers.add(new Reshape(Shape.of(data.height(), data.width(), data.channels())));
    int in = data.channels();
    for (int i = 1; i <= 2; i++) {
      int out = i * width();
      var initializer = Initializer.he(READ.taps() * in);
      var conv = new Conv2d(name + ".conv" + i, in, out, READ, !normalised, initializer);
      String norm = name + ".conv" + i + ".norm";
      layers.add(normalised ? normalised(norm, conv, out, Math.sqrt(2)) : conv);
      // The same as a pool behind the rectifier, and a quarter of the work.
      layers.add(new MaxPool2d(POOL));
      layers.add(Activation.RELU);
      in = out;
    }
    layers.add(new Flatten());
    return new Sequential(layers);
  }
}
