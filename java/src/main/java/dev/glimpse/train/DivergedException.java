package dev.glimpse.train;

/** Training that ran into numbers that are none. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DivergedException(String message) {
    super(message);
  }

  /** What is no number any more, and where the run still had some. */
  static DivergedException of(RunFolder run, String what, double value, int step) {
    String checkpoint =
        run.latest().map(path -> "the last good checkpoint is " + path).orElse("no checkpoint yet");
    return new DivergedException(
        "training diverged: %s is %s in step %d; %s; try a smaller --lr, or train.clip"
            .formatted(what, value, step, checkpoint));
  }
}
