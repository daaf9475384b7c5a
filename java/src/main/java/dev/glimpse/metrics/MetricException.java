package dev.glimpse.metrics;

import dev.glimpse.device.UserError;

/** A measure has no value for the images that it was given; the message says what to do. */
public class MetricException extends RuntimeException implements UserError {
  private static final long serialVersionUID = 1L;

  public MetricException(String message) {
    super(message);
  }
}
