package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.glimpse.device.TestDevices;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.Settings;
import dev.glimpse.train.SmallTraining;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real processes are sent signals while they train, and go on afterwards. */
@Timeout(120)
class StopSignalsTest {
  private static final Pattern STOPPED =
      Pattern.compile("glimpse: stopped after ((step \\d+, in )?epoch \\d); (.*)");

  @TempDir private static Path folder;

  private static Path whole;

  /** Single images, so that a signal comes long before the end, and in the midst of an epoch. */
  private static String[] training(Path run) {
    return new String[] {
      "train",
      "vae",
      "--out=" + run,
      "--epochs=6",
      "--batch=1",
      "--no-quality",
      "--set=train.size=512",
      "--set=hidden=32"
    };
  }

  @BeforeAll
  static void trainWithoutStop() {
    whole = folder.resolve("whole");
    Cli.run(training(whole)).succeeded();
  }

  private static Process start(ProcessBuilder builder, Path log) throws IOException {
    return builder.redirectOutput(log.toFile()).start();
  }

  private static void await(Process process, Path log, String text)
      throws IOException, InterruptedException {
    while (process.isAlive() && !Files.readString(log).contains(text)) {
      TimeUnit.MILLISECONDS.sleep(2);
    }
    TimeUnit.MILLISECONDS.sleep(200); // Evaluations and pictures are done; it is in mid-epoch.
    assertTrue(process.isAlive(), Files.readString(log));
  }

  /** Nobody can send a signal that is ignored, as Ctrl-C is in a script's background jobs. */
  private static void assumeHeard(int number) throws IOException {
    Path status = Path.of("/proc/self/status");
    assumeTrue(Files.exists(status), "a system that has signals");
    String ignored =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .map(line -> line.substring(7).strip())
            .findFirst()
            .orElseThrow();
    assumeFalse((Long.parseUnsignedLong(ignored, 16) >> (number - 1) & 1) == 1, "ignored");
  }

  private static void send(String signal, Process process)
      throws IOException, InterruptedException {
    assertEquals(0, new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor());
  }

  /** The line that tells of the stop: where it was, and how to go on. */
  private static Matcher stopped(String output) {
    // A slow machine also tells that it is stopping.
    List<String> lines = output.lines().filter(line -> line.contains("glimpse: stopped")).toList();
    assertEquals(1, lines.size(), output);
    Matcher told = STOPPED.matcher(lines.get(0));
    assertTrue(told.matches(), lines.get(0));
    return told;
  }

  private static void assertGoesOn(Path run, String output) throws IOException {
    Matcher told = stopped(output);
    String command = "go on with: ./glimpse ";
    String again = told.group(3);
    assertTrue(again.startsWith(command + "train --resume " + run + " --no-quality"), again);
    assertFalse(Files.exists(run.resolve("report.html")));
    Cli resumed = Cli.run(again.substring(command.length()).split(" ")).succeeded();
    assertTrue(resumed.out().contains("\ngoes on after " + told.group(1) + "\n"), resumed.out());
    assertEquals(-1, Files.mismatch(tensors(whole), tensors(run)));
  }

  private static Path tensors(Path run) {
    return RunFolder.open(run).latest().orElseThrow().resolve("tensors.safetensors");
  }

  @ParameterizedTest
  @CsvSource({"INT, 2", "TERM, 15", "HUP, 1"})
  void aSignalStopsATraining(String signal, int number) throws IOException, InterruptedException {
    assumeHeard(number);
    Path run = folder.resolve(signal);
    Path log = folder.resolve(signal + ".log");
    Process child = start(Cli.child(training(run)), log);
    await(child, log, "epoch 1/6");
    send(signal, child);
    assertEquals(128 + number, child.waitFor(), () -> "exit code after " + signal);
    if (number == 2) {
      assertGoesOn(run, Files.readString(log));
    } else {
      stopped(Files.readString(log));
      assertTrue(RunFolder.open(run).latest().isPresent(), "nothing was kept");
    }
  }

  /** The progress bar, too, wants to know of Ctrl-C. */
  @Test
  void ctrlCStopsATrainingOnATerminal() throws IOException, InterruptedException {
    assumeHeard(2);
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "script makes a terminal");
    Path run = folder.resolve("terminal");
    Path log = folder.resolve("terminal.log");
    String command =
        Cli.child(training(run)).command().stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" ", "stty cols 200; exec ", ""));
    Process script =
        start(new ProcessBuilder("/usr/bin/script", "-qefc", command, "/dev/null"), log);
    await(script, log, "epoch "); // Whichever: the bar is not drawn in each.
    script.getOutputStream().write('C' - '@');
    script.getOutputStream().flush();
    assertEquals(130, script.waitFor(), Files.readString(log));
    assertGoesOn(run, Files.readString(log));
  }

  @Test
  void aTableStopsAndGoesOn() throws IOException, InterruptedException {
    assumeHeard(15);
    Path out = folder.resolve("table");
    Path log = folder.resolve("table.log");
    String[] table = {
      "experiments",
      "ssl",
      "--data=" + SmallRuns.data(),
      "--out=" + out,
      "--models=ssl",
      "--labels=20",
      "--seeds=1",
      "--epochs=3",
      "--set=hidden=16",
      "--set=train.size=300",
      "--set=train.batch=1"
    };
    Process child = start(Cli.child(table), log);
    await(child, log, "epoch 1/3");
    send("TERM", child);
    assertEquals(143, child.waitFor(), Files.readString(log));
    Matcher told = stopped(Files.readString(log));
    assertEquals("the same command goes on", told.group(3));
    assertFalse(Files.exists(out.resolve("results.jsonl")));

    Cli again = Cli.run(table).succeeded();
    assertTrue(again.out().contains("\ngoes on after " + told.group(1) + "\n"), again.out());
    assertEquals(1, Files.readAllLines(out.resolve("results.jsonl")).size());
  }

  /** A process that is busy with nothing, before its training begins or in it. */
  static final class Busy implements TrainingListener {
    @Override
    public void started(Trainer trainer) {
      sleep("training");
    }

    private static void sleep(String phase) {
      System.out.println(phase);
      try {
        TimeUnit.MINUTES.sleep(1);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    /**
     * @param arguments the run; whether it gets as far as training
     */
    public static void main(String[] arguments) {
      Settings settings = SmallTraining.settings("vae", "hidden=8");
      Path run = Path.of(arguments[0]);
      var signals = new StopSignals(new PrintWriter(System.out));
      try (signals;
          var trainer =
              SmallTraining.trainer(TestDevices.own(), "vae", settings, run, new Busy())) {
        if (!Boolean.parseBoolean(arguments[1])) {
          sleep("planning");
        }
        signals.stop(trainer);
        trainer.train();
      }
    }
  }

  private static Process startBusy(String name, boolean training)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(Cli.child("train").command().subList(0, 3));
    command.addAll(List.of(Busy.class.getName(), folder.resolve(name).toString(), "" + training));
    Path log = folder.resolve(name + ".log");
    Process child = start(new ProcessBuilder(command).redirectErrorStream(true), log);
    await(child, log, training ? "training\n" : "planning\n");
    return child;
  }

  @Test
  void aSignalEndsWhatHasNotBegun() throws IOException, InterruptedException {
    assumeHeard(2);
    Process child = startBusy("planning", false);
    send("INT", child);
    assertEquals(130, child.waitFor());
    String log = Files.readString(folder.resolve("planning.log"));
    assertTrue(log.endsWith("planning\nglimpse: stopped before the training began\n"), log);
  }

  @Test
  void aSecondCtrlCEndsAtOnce() throws IOException, InterruptedException {
    assumeHeard(2);
    Process child = startBusy("busy", true);
    send("INT", child);
    await(child, folder.resolve("busy.log"), "glimpse: stopping after the steps in flight");
    send("TERM", child);
    assertFalse(child.waitFor(200, TimeUnit.MILLISECONDS), "it is Ctrl-C that does not wait");
    send("INT", child);
    assertEquals(130, child.waitFor());
  }
}
