package dev.glimpse.metrics;

/** A measure has no value for the images that it was given; the message says what to do. */
public class MetricException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MetricException(String message) {
    super(message);
  }
}
