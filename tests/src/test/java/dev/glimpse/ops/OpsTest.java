package dev.glimpse.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.glimpse.graph.Gradients;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The functions that build graphs: what they simplify, and where gradients stop. */
class OpsTest {
  private final Tensor x = Tensor.of(new Input("x", Shape.of(2, 2)));
  private final Tensor y = Tensor.of(new Input("y", Shape.of(2, 2)));
  private final Array xs = new Array(Shape.of(2, 2), new double[] {1, 2, 3, 4});
  private final Array ys = new Array(Shape.of(2, 2), new double[] {5, 6, 7, 8});

  private void assertIs(Tensor tensor, double... expected) {
    double[] actual = new Interpreter().set(x, xs).set(y, ys).value(tensor).values();
    assertArrayEquals(expected, actual, 1e-9);
  }

  @Test
  void arithmeticWithNeutralConstantsIsNothing() {
    assertSame(x, Ops.scale(x, 1));
    assertSame(x, Ops.shift(x, 0));
    assertSame(x, Ops.multiply(x, Ops.constant(1, Shape.SCALAR)));
    assertSame(x, Ops.add(Ops.constant(0, Shape.SCALAR), x));
    assertSame(x, Ops.reshape(x, Shape.of(2, 2)));
    assertSame(x, Ops.broadcast(x, Shape.of(2, 2)));
    assertSame(x, Ops.sumTo(x, Shape.of(2, 2)));
    assertSame(x, Ops.repeat(x, 1));
    assertSame(x, Ops.concat(List.of(x)));
    assertSame(x, Ops.split(x, List.of(2)).get(0));
  }

  @Test
  void constantsAreFolded() {
    Tensor two = Ops.constant(2, Shape.SCALAR);
    assertIs(Ops.add(x, two), 3, 4, 5, 6);
    assertIs(Ops.add(two, x), 3, 4, 5, 6);
    assertIs(Ops.subtract(x, two), -1, 0, 1, 2);
    assertIs(Ops.subtract(two, x), 1, 0, -1, -2);
    assertIs(Ops.multiply(two, x), 2, 4, 6, 8);
    assertIs(Ops.divide(x, two), 0.5, 1, 1.5, 2);
    assertIs(Ops.scale(Ops.constant(3, Shape.of(2)), 2), 6, 6);
    assertIs(Ops.rowSum(Ops.constant(3, Shape.of(2, 5))), 15, 15);
    assertIs(Ops.broadcast(Ops.scale(Ops.sum(x), 0.5f), Shape.of(2)), 5, 5);
    assertIs(Ops.scale(Ops.scale(x, 2), 3), 6, 12, 18, 24);
  }

  /** Also where the function would be simplified to nothing. */
  @Test
  void shapesMustFitAllTheSame() {
    Tensor column = Ops.constant(2, Shape.of(2, 1));
    assertThrows(ShapeException.class, () -> Ops.multiply(x, Ops.constant(2, Shape.of(3))));
    assertThrows(ShapeException.class, () -> Ops.multiply(Ops.columnSum(x), column));
    assertThrows(ShapeException.class, () -> Ops.split(x, List.of(3)));
  }

  @Test
  void aLeakDoesNotTurnTheSign() {
    for (float slope : new float[] {-0.5f, Float.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> Ops.leakyRelu(x, slope));
    }
  }

  @Test
  void functionsDoWhatTheyAreCalled() {
    assertIs(Ops.subtract(x, y), -4, -4, -4, -4);
    assertIs(Ops.divide(y, x), 5, 3, 7 / 3.0, 2);
    assertIs(Ops.maximum(x, Ops.constant(2.5f, Shape.SCALAR)), 2.5, 2.5, 3, 4);
    assertIs(Ops.negate(x), -1, -2, -3, -4);
    assertIs(Ops.matmul(x, y), 19, 22, 43, 50);
    assertIs(Ops.rowSum(x), 3, 7);
    assertIs(Ops.columnSum(x), 4, 6);
    assertIs(Ops.sum(x), 10);
    assertIs(Ops.mean(x), 2.5);
    assertIs(Ops.leakyRelu(Ops.negate(x), 0.5f), -0.5, -1, -1.5, -2);
    assertIs(Ops.reparameterise(x, Ops.constant(0, x.shape()), y), 6, 8, 10, 12);
    assertIs(Ops.gaussianKl(x, Ops.constant(0, x.shape())), 0.5, 2, 4.5, 8);
    assertIs(Ops.repeat(x, 2), 1, 2, 1, 2, 3, 4, 3, 4);
    assertIs(Ops.concat(Ops.split(x, List.of(1, 1))), 1, 2, 3, 4);
    assertIs(Ops.sumTo(x, Shape.of(2)), 4, 6);
    assertIs(Ops.sumTo(x, Shape.of(2, 1)), 3, 7);
    assertIs(Ops.sumTo(x, Shape.SCALAR), 10);
    assertEquals(Shape.of(2, 1), Ops.logSumExp(x).shape());
  }

  @Test
  void functionsOnImagesDoWhatTheyAreCalled() {
    Tensor image = Ops.reshape(x, Shape.of(1, 2, 2, 1));
    Tensor weights = Ops.reshape(y, Shape.of(2, 2, 1, 1));
    var none = new Window.Extent(0, 0);
    assertIs(Ops.conv2d(image, weights, Window.square(2, 1, 0)), 70);
    assertIs(Ops.conv2d(image, weights, Window.square(2, 1, 1)), 8, 23, 14, 30, 70, 38, 18, 39, 20);
    assertIs(
        Ops.convTranspose2d(image, weights, Window.square(2, 1, 0), none),
        5,
        16,
        12,
        22,
        60,
        40,
        21,
        52,
        32);
    assertIs(
        Ops.convTranspose2d(image, weights, Window.square(2, 2, 0), none),
        5,
        6,
        10,
        12,
        7,
        8,
        14,
        16,
        15,
        18,
        20,
        24,
        21,
        24,
        28,
        32);
    assertIs(
        Ops.convTranspose2d(image, weights, Window.square(2, 2, 1), new Window.Extent(0, 1)),
        8,
        14,
        16,
        18,
        20,
        24);
    assertIs(Ops.maxPool(image, Window.square(2, 1, 1)), 1, 2, 2, 3, 4, 4, 3, 4, 4);
    assertIs(
        Ops.averagePool(image, Window.square(2, 1, 1)),
        0.25,
        0.75,
        0.5,
        1,
        2.5,
        1.5,
        0.75,
        1.75,
        1);
    assertIs(Ops.upsample(image, 2, true), 1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4);
    assertIs(
        Ops.upsample(image, 2, false),
        1,
        1.25,
        1.75,
        2,
        1.5,
        1.75,
        2.25,
        2.5,
        2.5,
        2.75,
        3.25,
        3.5,
        3,
        3.25,
        3.75,
        4);
  }

  @Test
  void gradientsStopWhereTheyShould() {
    Tensor loss = Ops.sum(Ops.multiply(x, Ops.stopGradient(Ops.multiply(x, y))));
    List<Tensor> gradients = Gradients.ofTensors(loss, List.of(x, y));
    assertIs(gradients.get(0), 5, 12, 21, 32);
    assertNull(gradients.get(1));
    Tensor labels = Ops.softmaxCrossEntropy(x, y);
    assertNull(Gradients.ofTensors(Ops.sum(labels), List.of(y)).get(0));
    Tensor drawn = Ops.randomBernoulli(Ops.sigmoid(x));
    assertNull(Gradients.ofTensors(Ops.sum(drawn), List.of(x)).get(0));
  }

  @Test
  void pathsToOneInputAreSummed() {
    Tensor loss = Ops.sum(Ops.add(Ops.multiply(x, x), Ops.scale(x, 3)));
    assertIs(Gradients.ofTensors(loss, List.of(x)).get(0), 5, 7, 9, 11);
    assertIs(Gradients.ofTensors(Ops.sum(x), List.of(x)).get(0), 1, 1, 1, 1);
  }

  @Test
  void thereIsNoSecondDerivative() {
    Tensor gradient = Gradients.ofTensors(Ops.sum(Ops.tanh(x)), List.of(x)).get(0);
    var refusal =
        assertThrows(
            IllegalStateException.class, () -> Gradients.ofTensors(Ops.sum(gradient), List.of(x)));
    assertEquals(
        "tanh_gradient is itself a gradient: second derivatives are not supported",
        refusal.getMessage());
  }
}
