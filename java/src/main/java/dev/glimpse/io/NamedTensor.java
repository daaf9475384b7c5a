package dev.glimpse.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * A tensor on its way into a file.
 *
 * @param name unique within the file
 * @param type the type of the elements
 * @param shape the length of every axis; empty for a scalar
 * @param data the elements, row-major and little-endian, from the buffer's position to its limit;
 *     best a direct buffer, which is written without a copy
 */
public record NamedTensor(String name, TensorType type, List<Long> shape, ByteBuffer data) {

  /** Checks that {@code data} holds just what {@code shape} says. */
  public NamedTensor {
    shape = List.copyOf(shape);
    long expected = type.bytes();
    for (long axis : shape) {
      if (axis < 0) {
        throw new IllegalArgumentException(name + ": negative axis in shape " + shape);
      }
      expected = Math.multiplyExact(expected, axis);
    }
    if (data.remaining() != expected) {
      throw new IllegalArgumentException(
          "%s: %s of shape %s takes %d bytes, but the buffer holds %d"
              .formatted(name, type, shape, expected, data.remaining()));
    }
  }

  /** A float32 tensor over the remaining bytes of {@code data}. */
  public static NamedTensor float32(String name, ByteBuffer data, long... shape) {
    return new NamedTensor(name, TensorType.F32, Arrays.stream(shape).boxed().toList(), data);
  }

  /** A float32 tensor that copies {@code values}. */
  public static NamedTensor float32(String name, float[] values, long... shape) {
    var data = ByteBuffer.allocateDirect(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    return float32(name, data, shape);
  }
}
