package dev.glimpse.ops;

import dev.glimpse.device.Buffer;
import java.util.ArrayList;
import java.util.List;

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

  /** Memory, offset and stride of each view, as MATRIX of {@code kernels/rows.h} declares them. */
  static List<Object> arguments(List<View> views) {
    var arguments = new ArrayList<Object>();
    views.forEach(view -> arguments.addAll(List.of(view.buffer, view.offset, view.stride)));
    return arguments;
  }

  static long bytes(List<View> views) {
    return views.stream().mapToLong(View::bytes).sum();
  }

  /** Whether the elements fill the buffer from its start, in order. */
  public boolean contiguous() {
    return offset == 0 && (stride == columns || rows == 1);
  }
}
