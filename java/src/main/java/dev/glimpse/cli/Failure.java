package dev.glimpse.cli;

import dev.glimpse.device.UserError;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells the user in one line what went wrong. */
final class Failure {
  private static final int FAILED = 1;
  private static final int MISUNDERSTOOD = 2;

  private Failure() {}

  /** Prints why a command failed, and returns its exit code. */
  static int print(Throwable failure, CommandLine command, boolean stackTrace) {
    PrintWriter err = command.getErr();
    if (stackTrace) {
      failure.printStackTrace(err);
    }
    String[] lines = message(failure).split("\\R", 2);
    String more = lines.length > 1 && !stackTrace ? " (--stacktrace shows more)" : "";
    err.println("glimpse: " + lines[0] + more);
    err.flush();
    return failure instanceof StoppedException stopped ? stopped.exitCode() : FAILED;
  }

  /**
   * Prints that what a command printed went nowhere, and returns its exit code.
   *
   * @param exitCode that it has otherwise
   */
  static int printUnwritten(CommandLine command, int exitCode) {
    PrintWriter err = command.getErr();
    err.println("glimpse: the output could not be written; is the disk full, or its reader gone?");
    err.flush();
    return exitCode == 0 ? FAILED : exitCode;
  }

  private static String message(Throwable failure) {
    if (failure instanceof OutOfMemoryError) {
      return "out of memory (%s): use a smaller --batch, or give Java more, for example with"
              .formatted(failure.getMessage())
          + " GLIMPSE_JAVA_OPTIONS=-Xmx8g";
    }
    return failure instanceof UserError || failure instanceof UncheckedIOException
        ? failure.getMessage()
        : "unexpected " + failure + "; --stacktrace shows where it came from";
  }

  /** Prints why a command was not understood, and returns its exit code. */
  static int printUsage(ParameterException failure) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("glimpse: " + failure.getMessage());
    UnmatchedArgumentException.printSuggestions(failure, err);
    String name = command.getCommandSpec().qualifiedName();
    err.println("'" + name + " --help' explains " + (command.getParent() == null ? "more" : "it"));
    err.flush();
    return MISUNDERSTOOD;
  }
}
