package dev.glimpse.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.glimpse.nn.Activation;
import dev.glimpse.nn.Conv2d;
import dev.glimpse.nn.Linear;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Shapes, and the errors where they do not fit: these name the layer, the op and the shapes. */
class ShapeTest {
  private static Tensor input(int... dimensions) {
    return Tensor.of(new Input("input", Shape.of(dimensions)));
  }

  private static void assertRefused(String message, Executable build) {
    assertEquals(message, assertThrows(ShapeException.class, build).getMessage());
  }

  @Test
  void aShapeIsAMatrix() {
    Shape shape = Shape.of(2, 3, 5);
    assertEquals(6, shape.rows());
    assertEquals(5, shape.columns());
    assertEquals(30, shape.size());
    assertEquals(120, shape.bytes());
    assertEquals(3, shape.dimension(-2));
    assertEquals(Shape.of(2, 3, 7), shape.withColumns(7));
    assertEquals("[2, 3, 5]", shape.toString());
    assertEquals(1, Shape.SCALAR.rows());
    assertEquals(1, Shape.SCALAR.columns());
    assertEquals(1, Shape.SCALAR.size());
  }

  @Test
  void someShapesAreNone() {
    assertRefused("a tensor cannot have the shape [2, 0]", () -> Shape.of(2, 0));
    assertRefused("a tensor cannot have the shape [-1]", () -> Shape.of(-1));
    assertRefused("a tensor cannot have the shape [65536, 65536]", () -> Shape.of(65536, 65536));
  }

  @Test
  void anErrorNamesTheLayer() {
    var layer = new Linear("encoder.0", 784, 400, Activation.TANH);
    assertRefused(
        "encoder.0: matmulNN of [[100, 783], [784, 400]]: inner dimensions are 783 and 784",
        () -> layer.apply(input(100, 783)));
    assertRefused(
        "outer/encoder.0: matmulNN of [[1, 2], [784, 400]]: inner dimensions are 2 and 784",
        () -> Scope.in("outer", () -> layer.apply(input(1, 2))));
  }

  /** Whether it is a constant or not. */
  @Test
  void oneNumberTakesTheShapeOfWhatItIsJoinedWith() {
    for (Tensor one : List.of(input(1, 1), Ops.constant(2, Shape.of(1, 1)))) {
      assertEquals(Shape.of(1, 1), Ops.add(input(), one).shape());
      assertEquals(Shape.of(1, 1), Ops.add(one, input()).shape());
      assertEquals(Shape.of(1, 1), Ops.subtract(input(), one).shape());
      assertEquals(Shape.of(2), Ops.add(input(2), Ops.reshape(one, Shape.of())).shape());
      assertEquals(Shape.of(1), Ops.broadcast(one, Shape.of(1)).shape());
    }
  }

  @Test
  void everyOpSaysWhatDoesNotFit() {
    assertRefused(
        "repeat of [[65536]]: [65536] cannot be repeated 65537 times",
        () -> Ops.repeat(input(65536), 65537));
    assertRefused("repeat of [[]]: a scalar has no first axis", () -> Ops.repeat(input(), 2));
    assertRefused(
        "batch normalize of [[4, 3], [3], [3], [1], [3]]: normalises columns by [3], not by [1]",
        () -> Tensor.of(new BatchNormalize(), input(4, 3), input(3), input(3), input(1), input(3)));
    assertRefused(
        "add of [[2, 3], [2, 4]]: [2, 3] does not broadcast to [2, 4]",
        () -> Ops.add(input(2, 3), input(2, 4)));
    assertRefused(
        "multiply of [[3, 2], [3]]: [3] does not broadcast to [3, 2]",
        () -> Ops.multiply(input(3, 2), input(3)));
    assertRefused(
        "broadcast of [[2]]: [2] does not broadcast to [2, 3]",
        () -> Ops.broadcast(input(2), Shape.of(2, 3)));
    assertRefused(
        "broadcast of [[2, 3]]: [2, 3] does not broadcast to [3]",
        () -> Ops.broadcast(input(2, 3), Shape.of(3)));
    assertRefused(
        "split of [[2, 5]]: parts [2, 2] do not fill the last axis",
        () -> Ops.split(input(2, 5), List.of(2, 2)));
    assertRefused(
        "concat of [[2, 5], [3, 5]]: all axes but the last must agree",
        () -> Ops.concat(List.of(input(2, 5), input(3, 5))));
    assertRefused(
        "reshape of [[2, 5]]: [3, 4] has another number of elements",
        () -> Ops.reshape(input(2, 5), Shape.of(3, 4)));
    assertRefused(
        "softmax_cross_entropy of [[2, 5], [2, 4]]: logits and targets must have the same shape",
        () -> Ops.softmaxCrossEntropy(input(2, 5), input(2, 4)));
    assertRefused(
        "sum repeats of [[5, 2]]: 5 is no multiple of 2",
        () -> Tensor.of(new SumRepeats(2), input(5, 2)));
    assertRefused("softmax of [[]]: a scalar has no last axis", () -> Ops.softmax(input()));
    assertRefused("repeated 0 times", () -> Ops.repeat(input(2), 0));
    assertRefused("nothing to join", () -> Ops.concat(List.of()));
    assertRefused("row sum of [[]]: a scalar has no last axis", () -> Ops.rowSum(input()));
    assertRefused("log_sum_exp of [[]]: a scalar has no last axis", () -> Ops.logSumExp(input()));
  }

  @Test
  void convolutionsSayWhatDoesNotFit() {
    Window window = Window.square(3, 2, 1);
    Window large = Window.square(3, 1, 0, 3);
    var none = new Window.Extent(0, 0);
    var two = new Window.Extent(0, 2);
    assertRefused(
        "conv2d of [[2, 25], [3, 3, 1, 4]]: images have the shape [N, H, W, C], not [2, 25]",
        () -> Ops.conv2d(input(2, 25), input(3, 3, 1, 4), window));
    assertRefused(
        "conv2d of [[2, 5, 5, 3], [3, 3, 1, 4]]: the images have 3 channels and the weights take 1",
        () -> Ops.conv2d(input(2, 5, 5, 3), input(3, 3, 1, 4), window));
    assertRefused(
        "conv2d of [[2, 5, 5, 3], [3, 2, 3, 4]]: "
            + "weights have the shape [3, 3, in, out], not [3, 2, 3, 4]",
        () -> Ops.conv2d(input(2, 5, 5, 3), input(3, 2, 3, 4), window));
    assertRefused(
        "conv2d of [[2, 8, 5, 3], [3, 3, 3, 4]]: a window of 7 does not fit 5 pixels with padding"
            + " 0",
        () -> Ops.conv2d(input(2, 8, 5, 3), input(3, 3, 3, 4), large));
    assertRefused(
        "conv_transpose2d of [[25], [3, 3, 1, 4]]: images have the shape [N, H, W, C], not [25]",
        () -> Ops.convTranspose2d(input(25), input(3, 3, 1, 4), window, none));
    assertRefused(
        "conv_transpose2d of [[2, 5, 5, 3], [3, 3, 3, 4]]: "
            + "the window has 5 x 6 positions on 9 x 11, not 5 x 5",
        () -> Ops.convTranspose2d(input(2, 5, 5, 3), input(3, 3, 3, 4), window, two));
    assertRefused(
        "conv2d by weights of [[2, 5, 5, 3], [2, 5, 5, 3]]: "
            + "the window has 3 x 3 positions, not [2, 5, 5, 3]",
        () ->
            Tensor.of(new ConvolutionWeights(window, false), input(2, 5, 5, 3), input(2, 5, 5, 3)));
    var layer = new Conv2d("encoder.0", 3, 4, large);
    assertRefused(
        "encoder.0: conv2d of [[2, 8, 5, 3], [3, 3, 3, 4]]: "
            + "a window of 7 does not fit 5 pixels with padding 0",
        () -> layer.apply(input(2, 8, 5, 3)));
  }

  @Test
  void otherOpsOnImagesSayWhatDoesNotFit() {
    assertRefused(
        "max pool of [[2, 5]]: images have the shape [N, H, W, C], not [2, 5]",
        () -> Ops.maxPool(input(2, 5), Window.square(2, 2, 0)));
    assertRefused(
        "max pool of [[2, 2, 5, 3]]: a window of 3 does not fit 2 pixels with padding 0",
        () -> Ops.maxPool(input(2, 2, 5, 3), Window.square(3, 1, 0)));
    assertRefused(
        "average pool of [[2, 5, 5, 3]]: the padding of a pool is at most half of its window",
        () -> Ops.averagePool(input(2, 5, 5, 3), Window.square(3, 1, 2)));
    assertRefused(
        "bilinear upsample of [[2, 5]]: images have the shape [N, H, W, C], not [2, 5]",
        () -> Ops.upsample(input(2, 5), 2, false));
    assertRefused(
        "nearest upsample gradient of [[2, 3, 2, 2]]: height and width must be multiples of 2",
        () -> Tensor.of(new Upsample(2, true, true), input(2, 3, 2, 2)));
  }

  @Test
  void aGradientsLayerIsThatOfItsValue() {
    var layer = new Linear("encoder.0", 3, 4, Activation.TANH);
    Tensor y = layer.apply(input(2, 3));
    assertEquals("encoder.0", y.node().scope());
    assertEquals("", Scope.current());
  }
}
