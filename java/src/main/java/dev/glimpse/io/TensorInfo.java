package dev.glimpse.io;

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
}
