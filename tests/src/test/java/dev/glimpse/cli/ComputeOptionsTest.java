package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Whatever computes can be told on what and how. */
class ComputeOptionsTest {
  private static final List<String> OPTIONS =
      List.of("--device", "--kernels", "--precision", "--deterministic");

  @Test
  void everyCommandThatComputesHasThemAll() {
    Set<String> computing = new TreeSet<>();
    collect(Main.commandLine(), computing);
    assertTrue(
        computing.containsAll(
            Set.of(
                "classify",
                "compare",
                "complete",
                "evaluate",
                "interpolate",
                "profile",
                "reconstruct",
                "sample",
                "ssl",
                "style",
                "train")),
        () -> "only " + computing);
  }

  private static void collect(CommandLine line, Set<String> computing) {
    for (CommandLine command : line.getSubcommands().values()) {
      collect(command, computing);
      List<String> has =
          OPTIONS.stream().filter(o -> command.getCommandSpec().findOption(o) != null).toList();
      boolean onlyCopies = List.of("export", "weights").contains(command.getCommandName());
      if (!has.isEmpty() && !onlyCopies) {
        assertEquals(OPTIONS, has, command.getCommandName());
        computing.add(command.getCommandName());
      }
    }
  }

  /** They reach the device, which says what it cannot do. */
  @Test
  void whatNeedsALibraryIsRefusedOnOpenCl() {
    String run = SmallRuns.perceptron("vae").toString();
    for (List<String> command :
        List.of(
            List.of("sample", run),
            List.of("evaluate", run),
            List.of("compare", run, run),
            List.of("reconstruct", run))) {
      refused(command, "--kernels=library", "glimpse: --kernels library needs a CUDA device");
      refused(command, "--precision=bf16", "glimpse: --precision bf16 needs a CUDA device");
    }
  }

  private static void refused(List<String> command, String option, String message) {
    var arguments = new ArrayList<>(command);
    arguments.addAll(List.of("--device=opencl:0.0", option));
    String failure = Cli.run(arguments.toArray(String[]::new)).failure();
    assertTrue(failure.startsWith(message), failure);
  }

  @Test
  void aRunGoesOnAsItWasComputed(@TempDir Path folder) throws IOException {
    Path run = folder.resolve("run");
    Cli.train("vae", run, "--epochs=1", "--precision=fp32");
    Path config = run.resolve("config.json");
    String text = Files.readString(config);
    assertTrue(text.contains("\"precision\": \"FP32\""), text);

    Files.writeString(config, text.replace("FP32", "BF16"));
    List<String> resume = List.of("train", "--resume", run.toString());
    refused(resume, "--epochs=2", "glimpse: --precision bf16 needs a CUDA device");
    Files.writeString(config, text.replace("FP32", "FP8"));
    refused(resume, "--epochs=2", "glimpse: the run was computed by options that are unknown");
    Cli.run("train", "--resume", run.toString(), "--epochs=2", "--precision=fp32", "--no-quality")
        .succeeded();
    assertTrue(Files.readString(config).contains("\"precision\": \"FP32\""));
  }

  @Test
  void oursComputeInFp32Deterministically() {
    String run = SmallRuns.perceptron("vae").toString();
    String out = run + "/sample-options.png";
    Cli.run("sample", run, "--kernels=hand", "--precision=fp32", "--deterministic", "--out=" + out)
        .succeeded();
    Cli wrong = Cli.run("sample", run, "--precision=fp8");
    assertEquals(2, wrong.exitCode());
    assertTrue(wrong.err().contains("--precision"), wrong.err());
  }
}
