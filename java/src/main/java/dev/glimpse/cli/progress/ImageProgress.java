package dev.glimpse.cli.progress;

import java.io.PrintWriter;

/** Tells how a pass over images gets on: a bar on a terminal, else a line now and then. */
public final class ImageProgress implements AutoCloseable {
  private static final double SECONDS_BETWEEN_LINES = 10;

  private final String task;
  private final int images;
  private final PrintWriter out;
  private final Clock clock = new Clock();
  private final TerminalBar bar;
  private double lastLine;

  /**
   * Begins.
   *
   * @param task in a word or two
   * @param images in all
   * @param out for lines, where there is no terminal
   */
  public ImageProgress(String task, int images, PrintWriter out) {
    this.task = task;
    this.images = images;
    this.out = out;
    this.bar = TerminalBar.isPossible() ? new TerminalBar(task, images) : null;
  }

  /** Tells that so many images are done, from the first on. */
  public void done(int count) {
    if (bar != null) {
      bar.to(count, "");
    } else if (clock.seconds() - lastLine > SECONDS_BETWEEN_LINES && count < images) {
      lastLine = clock.seconds();
      String left = clock.left((double) count / images);
      out.printf("%s: %,d of %,d images  ETA %s%n", task, count, images, left);
      out.flush();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
