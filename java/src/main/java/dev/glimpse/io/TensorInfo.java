package dev.glimpse.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * What a file says about one of its tensors.
 *
 * @param name unique within the file
 * @param type the type of the elements
 * @param shape the length of every axis; empty for a scalar
 * @param offset where its bytes begin, counted from the start of the file's data section
 * @param bytes how many there are: always the product of {@code shape} times the type's size
 */
public record TensorInfo(String name, TensorType type, List<Long> shape, long offset, long bytes) {

  /** The number of elements. */
  public long elements() {
    return bytes / type.bytes();
  }

  /** A direct buffer of native order for the elements as floats. */
  FloatBuffer allocateFloats(Path file) {
    int bytes = bufferSize(file, elements() * Float.BYTES);
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  /** A direct little-endian buffer for the elements as stored. */
  ByteBuffer allocateBytes(Path file) {
    return ByteBuffer.allocateDirect(bufferSize(file, bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private int bufferSize(Path file, long size) {
    if (size > Integer.MAX_VALUE) {
      throw new CheckpointException(
          file,
          "tensor '" + name + "' takes " + size + " bytes",
          "a tensor of 2 GiB or more cannot be read");
    }
    return (int) size;
  }

  /** Stops where a buffer of the caller's is too small for the elements. */
  void checkRoom(Path file, FloatBuffer into) {
    if (into.remaining() < elements()) {
      throw new CheckpointException(
          file,
          "tensor '%s' of shape %s has %d elements, but there is room for %d"
              .formatted(name, shape, elements(), into.remaining()),
          "it was probably saved by a model of another size");
    }
  }
}
