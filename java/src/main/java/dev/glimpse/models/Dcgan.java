package dev.glimpse.models;

import dev.glimpse.nn.Activation;
import dev.glimpse.nn.BatchNorm;
import dev.glimpse.nn.Conv2d;
import dev.glimpse.nn.ConvTranspose2d;
import dev.glimpse.nn.Flatten;
import dev.glimpse.nn.Layer;
import dev.glimpse.nn.Linear;
import dev.glimpse.nn.Reshape;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Window;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import java.util.ArrayList;

/**
 * The networks of DCGAN (Radford et al. 2016, section 3): convolutions of 4 x 4 with stride 2 in
 * the place of pooling, batch normalisation, leaky rectifiers downwards and rectifiers upwards.
 * Images are halved while their smaller side stays at 4 or more: 28 to 14 to 7, 64 to 32 to 16 to 8
 * to 4.
 *
 * @param data the images
 * @param width channels of the largest layer; each halving of the image doubles them
 */
record Dcgan(DataShape data, int width) {
  private static final Window WINDOW = Window.square(4, 2, 1);
  private static final int SMALLEST = 4;

  /** The width of the layer in which an encoder meets a label. */
  private static final int JOINT = 256;

  Dcgan {
    if (Math.min(data.height(), data.width()) < 2 * SMALLEST
        || data.height() % 2 != 0
        || data.width() % 2 != 0) {
      throw new SettingException(
          "convolutional networks need images of even height and width from 8 x 8 on, not %d x %d"
              .formatted(data.height(), data.width()));
    }
  }

  static Settings define(Settings settings) {
    return settings.size(
        "width", 64, "channels of the largest convolutional layer; deeper ones have more");
  }

  static Dcgan of(DataShape data, Settings settings) {
    return new Dcgan(data, settings.integer("width"));
  }

  /** How often images are halved. */
  int depth() {
    int depth = 0;
    int height = data.height();
    int across = data.width();
    while (height % 2 == 0 && across % 2 == 0 && Math.min(height, across) >= 2 * SMALLEST) {
      height /= 2;
      across /= 2;
      depth++;
    }
    return depth;
  }

  /** The smallest images, {@code [H, W, C]}. */
  Shape features() {
    int shrink = 1 << depth();
    return Shape.of(data.height() / shrink, data.width() / shrink, channels(depth()));
  }

  /** After so many halvings. */
  int channels(int layer) {
    return layer == 0 ? data.channels() : width << layer - 1;
  }

  /** Images, and a label of so many classes, to features; each convolution is normalised. */
  Encoder encoder(String name, int classes) {
    Sequential images = downwards(name, 1);
    int seen = features().size();
    return classes == 0
        ? new Encoder(images, Sequential.of(), features())
        : new Encoder(
            images,
            Linear.labelled(name + ".joint", seen, classes, JOINT, Activation.LEAKY_RELU),
            Shape.of(JOINT));
  }

  /** {@code [N, H W C]} to features {@code [N, F]}; the first convolution is not normalised. */
  Sequential discriminator(String name) {
    return downwards(name, 2);
  }

  private Sequential downwards(String name, int firstNormalised) {
    var layers = new ArrayList<Layer>();
    layers.add(new Reshape(Shape.of(data.height(), data.width(), data.channels())));
    for (int i = 1; i <= depth(); i++) {
      boolean normalised = i >= firstNormalised;
      layers.add(
          new Conv2d(
              name + ".conv" + i,
              channels(i - 1),
              channels(i),
              WINDOW,
              !normalised,
              Initializer.dcgan()));
      if (normalised) {
        layers.add(new BatchNorm(name + ".norm" + i, channels(i)));
      }
      layers.add(Activation.LEAKY_RELU);
    }
    layers.add(new Flatten());
    return new Sequential(layers);
  }

  /** Codes and a label of so many classes to the logits of images {@code [N, H W C]}. */
  Sequential generator(String name, int in, int classes) {
    var layers = new ArrayList<Layer>();
    layers.add(
        new Linear(
            name + ".linear",
            Shape.of(in + classes),
            features(),
            Activation.NONE,
            false,
            Initializer.dcgan().withLabel(in, features().size())));
    layers.add(new Reshape(features()));
    layers.add(new BatchNorm(name + ".norm1", channels(depth())));
    layers.add(Activation.RELU);
    for (int i = depth(); i >= 1; i--) {
      int number = depth() - i + 1;
      boolean last = i == 1;
      layers.add(
          new ConvTranspose2d(
              name + ".conv" + number,
              channels(i),
              channels(i - 1),
              WINDOW,
              last,
              Initializer.dcgan()));
      if (!last) {
        layers.add(new BatchNorm(name + ".norm" + (number + 1), channels(i - 1)));
        layers.add(Activation.RELU);
      }
    }
    layers.add(new Flatten());
    return new Sequential(layers);
  }
}
