package dev.glimpse.cli.progress;

import java.text.DecimalFormat;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar over images, with speed and the time that is left. */
public final class TerminalBar implements AutoCloseable {
  private final ProgressBar bar;

  TerminalBar(String task, long images) {
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(images)
            // Without a name, which would take the place of the message on a narrow terminal.
            .setUnit("", 1)
            .setStyle(ProgressBarStyle.UNICODE_BLOCK)
            .setUpdateIntervalMillis(250)
            .showSpeed(new DecimalFormat("#,##0"))
            .build();
  }

  /** Whether there is a terminal to draw on. */
  public static boolean isPossible() {
    return System.console() != null;
  }

  /**
   * Lets the library take the terminal, as the first bar does otherwise. It then gives Ctrl-C back
   * to the system: to be called before signals are heard.
   */
  static void takeTerminal() {
    new ConsoleProgressBarConsumer(System.err).getMaxRenderedLength();
  }

  void to(long images, String message) {
    bar.stepTo(images);
    bar.setExtraMessage("  " + message);
  }

  @Override
  public void close() {
    bar.close();
  }
}
