package dev.glimpse.bench;

import dev.glimpse.nn.Activation;
import dev.glimpse.nn.Conv2d;
import dev.glimpse.nn.ConvTranspose2d;
import dev.glimpse.nn.Linear;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Window;

/**
 * The layers of DCGAN: convolutions of 4x4 with stride 2 between images of {@code colours} channels
 * (level 0), then {@code width}, 2 width, 4 width and so on.
 */
record Networks(int width, int colours) {
  private static final Window WINDOW = Window.square(4, 2, 1);

  private int channels(int level) {
    return level == 0 ? colours : width << level - 1;
  }

  /** From a level to the next, of half the size. */
  Conv2d down(String name, int level, boolean bias) {
    return new Conv2d(
        name, channels(level), channels(level + 1), WINDOW, bias, Initializer.dcgan());
  }

  /** To a level from the next, of half the size. */
  ConvTranspose2d up(String name, int level, boolean bias) {
    return new ConvTranspose2d(
        name, channels(level + 1), channels(level), WINDOW, bias, Initializer.dcgan());
  }

  /** Without a bias, since a norm follows. */
  Linear linear(String name, int in, int out) {
    return new Linear(
        name, Shape.of(in), Shape.of(out), Activation.NONE, false, Initializer.dcgan());
  }
}
