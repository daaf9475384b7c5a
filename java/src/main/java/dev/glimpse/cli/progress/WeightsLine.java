package dev.glimpse.cli.progress;

import dev.glimpse.train.TrainingListener;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** Tells what a training started from, and which parts of the model were not in it. */
public final class WeightsLine implements TrainingListener {
  private final PrintWriter out;

  /** Tells on a console. */
  public WeightsLine(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void startedFrom(Path weights, List<String> anew) {
    String rest = anew.isEmpty() ? "" : "; it has nothing of: " + String.join(", ", anew);
    out.printf("starts from %s%s%n", weights, rest);
    out.flush();
  }
}
