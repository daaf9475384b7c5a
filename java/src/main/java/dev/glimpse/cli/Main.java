package dev.glimpse.cli;

import dev.glimpse.export.Version;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The entry of the command line. A command's exit code is 0, or 1 when it failed, or 2 when it was
 * not understood.
 */
@Command(
    name = "glimpse",
    header = "Trains generative models of images on any OpenCL device.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    subcommands = {
      TrainCommand.class,
      SampleCommand.class,
      ReconstructCommand.class,
      InterpolateCommand.class,
      ClassifyCommand.class,
      CompleteCommand.class,
      StyleCommand.class,
      CompareCommand.class,
      EvaluateCommand.class,
      ExperimentsCommand.class,
      WeightsCommand.class,
      ExportCommand.class,
      ProfileCommand.class,
      DevicesCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  glimpse train vae                 trains on built-in digits, about a minute",
      "  glimpse sample runs/vae-...       draws new images from what it learned",
      "  glimpse evaluate runs/vae-...     measures how good they are",
      "  glimpse train --help              explains a command"
    })
public final class Main implements Runnable {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Explain this command.")
  private boolean help;

  @Option(names = "--version", versionHelp = true, description = "Print the version.")
  private boolean version;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "After an error, show where it came from.")
  private boolean stacktrace;

  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    // Numbers look the same everywhere, and can be read by programs.
    Locale.setDefault(Locale.ROOT);
    // JDK 22 and later report a console even where there is no terminal, unless told otherwise.
    System.setProperty("jdk.console", "java.base");
    System.exit(execute(commandLine(), arguments));
  }

  /** The commands, ready to be run by {@link #execute}. */
  public static CommandLine commandLine() {
    var line = new CommandLine(new Main());
    line.getCommandSpec().version("glimpse " + Version.NUMBER, "Java " + Runtime.version());
    line.setUsageHelpWidth(100);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> Failure.print(e, command, showsStackTrace(line)));
    line.setParameterExceptionHandler((e, parsed) -> Failure.printUsage(e));
    return line;
  }

  /** Runs a command and returns its exit code. */
  public static int execute(CommandLine line, String... arguments) {
    int exitCode;
    try {
      exitCode = line.execute(arguments);
    } catch (Error e) {
      exitCode = Failure.print(e, line, showsStackTrace(line));
    }
    // A writer on System.out cannot tell by itself; both keep silent until they are asked.
    if (line.getOut().checkError() | System.out.checkError()) {
      return Failure.printUnwritten(line, exitCode);
    }
    return exitCode;
  }

  private static boolean showsStackTrace(CommandLine line) {
    Main main = line.getCommand();
    return main.stacktrace;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command");
  }
}
