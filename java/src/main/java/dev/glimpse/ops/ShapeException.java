package dev.glimpse.ops;

import dev.glimpse.device.UserError;

/** Shapes that do not fit, found while a graph is built: names the layer, the op and the shapes. */
public final class ShapeException extends RuntimeException implements UserError {
  private static final long serialVersionUID = 1L;

  public ShapeException(String message) {
    super(message);
  }
}
