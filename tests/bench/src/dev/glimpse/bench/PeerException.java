package dev.glimpse.bench;

/** A peer that is not there, does not load, or computes something else. */
public final class PeerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what is wrong and what to do next
   */
  public PeerException(String message, Throwable cause) {
    super(message, cause);
  }

  public PeerException(String message) {
    this(message, null);
  }
}
