package dev.glimpse.export;

import dev.glimpse.ops.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A tensor in an ONNX graph.
 *
 * @param name in the graph
 * @param shape as it is here, {@code [N, H, W, C]}. It may be smaller than the tensor that it
 *     stands for, where it broadcasts to that
 * @param channelsFirst whether images lie as {@code [N, C, H, W]} there
 */
record OnnxValue(String name, Shape shape, boolean channelsFirst) {
  /** One that lies as it does here. */
  static OnnxValue of(String name, Shape shape) {
    return new OnnxValue(name, shape, false);
  }

  /** The axis of a shape that is the batch: of a sequence {@code [T, N, C]} the second. */
  static int batchAxis(Shape shape) {
    return shape.rank() == 3 ? 1 : 0;
  }

  /** Whether images of a shape are the same numbers in the same order with channels first. */
  static boolean sameInBothOrders(Shape images) {
    return images.dimension(3) == 1 || images.dimension(1) * images.dimension(2) == 1;
  }

  /**
   * What ONNX makes of operands of these shapes: axes from the last on, those of length 1 repeat.
   */
  static Shape broadcast(List<Shape> shapes) {
    int rank = shapes.stream().mapToInt(Shape::rank).max().orElseThrow();
    var dimensions = new ArrayList<Integer>();
    for (int axis = -rank; axis < 0; axis++) {
      int length = 1;
      for (Shape shape : shapes) {
        length = -axis <= shape.rank() ? Math.max(length, shape.dimension(axis)) : length;
      }
      dimensions.add(length);
    }
    return new Shape(dimensions);
  }
}
