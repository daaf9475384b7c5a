package dev.glimpse.ops;

import dev.glimpse.device.Buffer;

/**
 * A matrix of floats in device memory.
 *
 * @param buffer the memory
 * @param rows the number of rows
 * @param columns the elements of a row, which are neighbours
 * @param offset of the first element, in floats
 * @param stride from one row to the next, in floats
 */
public record View(Buffer buffer, int rows, int columns, int offset, int stride) {
  public int size() {
    return rows * columns;
  }

  public long bytes() {
    return 4L * size();
  }

  /** Whether the elements fill the buffer from its start, in order. */
  public boolean contiguous() {
    return offset == 0 && (stride == columns || rows == 1);
  }
}
