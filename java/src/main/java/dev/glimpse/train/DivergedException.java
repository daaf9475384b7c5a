package dev.glimpse.train;

import dev.glimpse.device.UserError;

/** Training that ran into numbers that are none. */
public final class DivergedException extends RuntimeException implements UserError {
  private static final long serialVersionUID = 1L;

  public DivergedException(String message) {
    super(message);
  }

  /** Throws, and says where the run still had numbers, unless a value is one. */
  static void check(RunFolder run, String what, double value, int step) {
    if (Double.isFinite(value)) {
      return;
    }
    String checkpoint =
        run.latest().map(path -> "the last good checkpoint is " + path).orElse("no checkpoint yet");
    throw new DivergedException(
        "training diverged: %s is %s in step %d; %s; try a smaller --lr, or train.clip"
            .formatted(what, value, step, checkpoint));
  }
}
