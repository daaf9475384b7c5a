package dev.glimpse.cli;

import dev.glimpse.cli.progress.Clock;
import dev.glimpse.cli.progress.TerminalBar;
import dev.glimpse.train.Trainer;
import java.io.PrintWriter;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * While this is open, the signals that would end the process ask a training to stop: Ctrl-C, {@code
 * kill}, a terminal that is closed. Before there is a training, and afterwards, they end the
 * process, as they do without this; and a second Ctrl-C ends it at once.
 *
 * <p>A shutdown hook would be the portable way, but hears no second signal. The class that does,
 * {@code sun.misc.Signal}, is in all JDKs, but the compiler warns of its name: so it is called by
 * reflection. Where it is missing or refuses (a JVM started with {@code -Xrs}), signals do what
 * they always did; one that is ignored, as with {@code nohup}, stays so.
 */
final class StopSignals implements AutoCloseable {
  private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

  /** A shell says so that a signal ended a process: 128 and its number. */
  private static final int EXIT_CODE = 128;

  /** What {@code timeout} and others send twice, to the process and to its group, is one signal. */
  private static final double ONE_SIGNAL_SECONDS = 0.2;

  /** After this time one wants to know why it takes so long. */
  private static final long PATIENCE_SECONDS = 1;

  private final PrintWriter out;
  private final CountDownLatch closed = new CountDownLatch(1);

  private Trainer trainer;
  private int exitCode;
  private Clock sinceFirst;
  private boolean echoed;

  /**
   * @param out where it tells
   */
  StopSignals(PrintWriter out) {
    this.out = out;
    NUMBERS.forEach(
        (name, number) -> {
          try {
            handle(name, number);
          } catch (ReflectiveOperationException e) {
            // As it always was, then.
            return;
          }
        });
  }

  private void handle(String name, int number) throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Class<?> handler = Class.forName("sun.misc.SignalHandler");
    Object receiver =
        Proxy.newProxyInstance(
            StopSignals.class.getClassLoader(),
            new Class<?>[] {handler},
            (proxy, method, arguments) -> {
              received(number);
              return null;
            });
    signal
        .getMethod("handle", signal, handler)
        .invoke(null, signal.getConstructor(String.class).newInstance(name), receiver);
  }

  /** Names the training that signals stop from now on. */
  synchronized void stop(Trainer toStop) {
    trainer = toStop;
  }

  /** That of the first signal; 0 without one. */
  synchronized int exitCode() {
    return exitCode;
  }

  /** Called on a thread that the JVM makes for each signal. */
  private void received(int number) throws InterruptedException {
    boolean first;
    boolean training;
    synchronized (this) {
      first = exitCode == 0;
      training = trainer != null;
      if (first) {
        exitCode = EXIT_CODE + number;
        sinceFirst = new Clock();
        echoed = number == NUMBERS.get("INT") && TerminalBar.isPossible();
      }
      if (first && training) {
        trainer.stop();
      }
    }
    if (!first) {
      endAtSecond(number);
    } else if (training) {
      tellIfSlow();
    } else {
      if (closed.getCount() > 0) {
        tell("stopped before the training began");
      }
      System.exit(exitCode); // Not while this is locked, or a second signal would wait for it.
    }
  }

  private void endAtSecond(int number) {
    if (number == NUMBERS.get("INT") && sinceFirst.seconds() > ONE_SIGNAL_SECONDS) {
      Runtime.getRuntime().halt(exitCode);
    }
  }

  private void tellIfSlow() throws InterruptedException {
    if (!closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      tell("stopping after the steps in flight; another Ctrl-C ends at once, and loses them");
      if (TerminalBar.isPossible()) {
        out.println(); // For the progress bar, which is drawn on the line above the cursor.
        out.flush();
      }
    }
  }

  private void tell(String message) {
    endEcho();
    out.println("glimpse: " + message);
    out.flush();
  }

  /** Ends the line on which a terminal shows {@code ^C}. */
  private synchronized void endEcho() {
    if (echoed) {
      out.println();
      out.flush();
      echoed = false;
    }
  }

  @Override
  public synchronized void close() {
    trainer = null;
    closed.countDown();
    endEcho();
  }
}
