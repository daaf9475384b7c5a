package dev.glimpse.models;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.concat;
import static dev.glimpse.ops.Ops.relu;
import static dev.glimpse.ops.Ops.repeat;
import static dev.glimpse.ops.Ops.reshape;

import dev.glimpse.nn.Activation;
import dev.glimpse.nn.Conv2d;
import dev.glimpse.nn.ConvTranspose2d;
import dev.glimpse.nn.Layer;
import dev.glimpse.nn.LayerNorm;
import dev.glimpse.nn.Linear;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Window;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * Images to images, by way of smaller ones (Ronneberger et al., "U-Net", MICCAI 2015), in residual
 * blocks that are told a condition (Ho et al., "Denoising diffusion probabilistic models", NeurIPS
 * 2020, appendix B). Images are halved as often as DCGAN's, to as many channels. At the start the
 * result is zero.
 */
final class UNet {
  private static final Window SAME = Window.square(3, 1, 1);
  private static final Window HALF = Window.square(4, 2, 1);

  private final Shape image;
  private final List<Down> downwards = new ArrayList<>();
  private final Block middle;
  private final List<Up> upwards = new ArrayList<>();
  private final ConvTranspose2d enlarge;
  private final ConvTranspose2d last;
  private final Conv2d direct;

  /**
   * @param sizes of the images and of what becomes of them
   * @param condition the width of what the blocks are told
   */
  UNet(String name, Dcgan sizes, int condition) {
    int channels = sizes.data().channels();
    image = Shape.of(sizes.data().height(), sizes.data().width(), channels);
    for (int i = 1; i <= sizes.depth(); i++) {
      downwards.add(
          Down.of(name + ".down" + i, sizes.channels(i - 1), sizes.channels(i), condition));
    }
    middle = Block.of(name + ".middle", sizes.channels(sizes.depth()), condition);
    for (int i = sizes.depth() - 1; i >= 1; i--) {
      upwards.add(Up.of(name + ".up" + i, sizes.channels(i + 1), sizes.channels(i), condition));
    }
    enlarge = larger(name + ".enlarge", sizes.width(), sizes.width());
    last =
        new ConvTranspose2d(
            name + ".last", sizes.width(), channels, SAME, true, Initializer.constant(0));
    direct = still(name + ".direct", channels, channels);
  }

  /** Half the size. */
  private record Down(Conv2d shrink, Block block) {
    static Down of(String name, int in, int out, int condition) {
      return new Down(new Conv2d(name + ".shrink", in, out, HALF), Block.of(name, out, condition));
    }

    Tensor apply(Tensor x, Tensor condition) {
      return block.apply(shrink.apply(x), condition);
    }

    Stream<Parameter> parameters() {
      return Stream.concat(shrink.parameters().stream(), block.parameters());
    }
  }

  /** Twice the size, beside what there was at that size on the way down. */
  private record Up(ConvTranspose2d enlarge, Conv2d join, Block block) {
    static Up of(String name, int in, int out, int condition) {
      return new Up(
          larger(name + ".enlarge", in, out),
          new Conv2d(name + ".join", 2 * out, out, Window.square(1, 1, 0)),
          Block.of(name, out, condition));
    }

    Tensor apply(Tensor x, Tensor before, Tensor condition) {
      return block.apply(join.apply(concat(List.of(enlarge.apply(x), before))), condition);
    }

    Stream<Parameter> parameters() {
      return Stream.of(
              enlarge.parameters().stream(), join.parameters().stream(), block.parameters())
          .flatMap(all -> all);
    }
  }

  /** A residual block (He et al. 2016, figure 4e), which at the start changes nothing. */
  private record Block(Layer norm1, Layer conv1, Layer shift, Layer norm2, Layer conv2) {
    static Block of(String name, int channels, int condition) {
      return new Block(
          new LayerNorm(name + ".norm1", channels),
          new Conv2d(name + ".conv1", channels, channels, SAME),
          new Linear(name + ".shift", condition, channels, Activation.NONE),
          new LayerNorm(name + ".norm2", channels),
          still(name + ".conv2", channels, channels));
    }

    Tensor apply(Tensor x, Tensor condition) {
      Tensor y = conv1.apply(relu(norm1.apply(x)));
      y = add(y, everywhere(shift.apply(condition), y.shape()));
      return add(x, conv2.apply(relu(norm2.apply(y))));
    }

    Stream<Parameter> parameters() {
      return Stream.of(norm1, conv1, shift, norm2, conv2)
          .flatMap(layer -> layer.parameters().stream());
    }
  }

  /** A convolution whose result is zero at the start. */
  private static Conv2d still(String name, int in, int out) {
    return new Conv2d(name, in, out, SAME, true, Initializer.constant(0));
  }

  private static ConvTranspose2d larger(String name, int in, int out) {
    // Each pixel of the result sees a quarter of the window.
    return new ConvTranspose2d(name, in, out, HALF, true, Initializer.he(HALF.taps() / 4 * in));
  }

  /** {@code [N, C]} for each pixel of {@code [N, H, W, C]}. */
  private static Tensor everywhere(Tensor rows, Shape images) {
    return reshape(repeat(rows, images.dimension(1) * images.dimension(2)), images);
  }

  /**
   * Extends the graph.
   *
   * @param x {@code [N, H W C]}, as is the result
   * @param condition {@code [N, condition]}
   */
  Tensor apply(Tensor x, Tensor condition) {
    Shape flat = x.shape();
    Tensor whole =
        reshape(
            x, Shape.of(flat.rows(), image.dimension(0), image.dimension(1), image.dimension(2)));
    Deque<Tensor> passed = new ArrayDeque<>();
    Tensor y = whole;
    for (Down down : downwards) {
      y = down.apply(y, condition);
      passed.push(y);
    }
    passed.pop();
    y = middle.apply(y, condition);
    for (Up up : upwards) {
      y = up.apply(y, passed.pop(), condition);
    }
    y = add(last.apply(relu(enlarge.apply(y))), direct.apply(whole));
    return reshape(y, flat);
  }

  List<Parameter> parameters() {
    Stream<Parameter> down = downwards.stream().flatMap(Down::parameters);
    Stream<Parameter> up = upwards.stream().flatMap(Up::parameters);
    Stream<Parameter> end =
        Stream.of(enlarge, last, direct).flatMap(layer -> layer.parameters().stream());
    return Stream.of(down, middle.parameters(), up, end).flatMap(all -> all).toList();
  }
}
