package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.glimpse.device.TestDevices;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Runs commands as {@link Main} does, and keeps what they print. */
record Cli(int exitCode, String out, String err) {
  /** A training that takes a second or two: 512 images, small networks. */
  private static final List<String> QUICK =
      List.of("--set", "train.size=512", "hidden=32", "latent=4", "--batch=64", "--no-quality");

  static Cli run(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    CommandLine line = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    if (TestDevices.isNamed()) {
      TestDevices
          .info(); // Skips the test where it is missing, which no command may take for an error.
      line.setDefaultValueProvider(Cli::defaultValue);
    }
    int exitCode = Main.execute(line, arguments);
    return new Cli(exitCode, out.toString(), err.toString());
  }

  /** Commands compute as other tests do, where the device of tests is named. */
  private static String defaultValue(ArgSpec argument) {
    return argument instanceof OptionSpec option
        ? switch (option.longestName()) {
          case "--device" -> TestDevices.info().id();
          case "--kernels" -> TestDevices.OPTIONS.kernels().name();
          case "--precision" -> TestDevices.OPTIONS.precision().orElseThrow().name();
          case "--deterministic" -> String.valueOf(TestDevices.OPTIONS.deterministic());
          default -> null;
        }
        : null;
  }

  /** What {@code train} must be told for a small run. */
  static String[] training(String model, Path run, String... more) {
    var arguments = new ArrayList<String>(List.of("train", model, "--out", run.toString()));
    arguments.addAll(QUICK);
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  /** Trains a small model. */
  static Cli train(String model, Path run, String... more) {
    return run(training(model, run, more)).succeeded();
  }

  /** A command in a JVM of its own. */
  static ProcessBuilder child(String... arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    if (TestDevices.isNamed() && !arguments[0].equals("devices")) {
      command.add("--device=" + TestDevices.info().id());
    }
    return new ProcessBuilder(command).redirectErrorStream(true);
  }

  Cli succeeded() {
    assertEquals(0, exitCode, () -> out + err);
    return this;
  }

  /** Fails as a user is to see it: with one line, and exit code 1. */
  String failure() {
    assertEquals(1, exitCode, () -> out + err);
    assertEquals(1, err.lines().count(), err);
    return err.strip();
  }
}
