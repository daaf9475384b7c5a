package dev.glimpse.train;

/** Training that ran into numbers that are none. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DivergedException(String message) {
    super(message);
  }
}
