package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.train.RunFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table of runs: finished ones are skipped, interrupted ones go on. */
class SemiSupervisedExperimentsTest {
  @TempDir private Path folder;

  private Cli table(String... more) {
    var arguments =
        new ArrayList<>(
            List.of("experiments", "ssl", "--data=" + SmallRuns.data(), "--out=" + folder));
    arguments.addAll(List.of("--models=ssl", "--labels=20"));
    arguments.addAll(List.of("--set", "hidden=16", "latent=4", "train.size=200", "train.batch=50"));
    arguments.addAll(List.of(more));
    return Cli.run(arguments.toArray(String[]::new));
  }

  @Test
  void aTableIsTrainedOnce() throws IOException {
    Cli first = table("--seeds=1", "--epochs=1").succeeded();
    assertTrue(first.out().startsWith("0 of 1 runs are finished\n"), first.out());
    assertTrue(first.out().contains("\nrun 1 of 1: ssl, 20 labels, seed 1\n"), first.out());
    String percent = " +\\d+\\.\\d\\d%";
    String row = "(?s).*\nssl +20  encoder +%s%s +1\n.*".replace("%s", percent);
    assertTrue(first.out().matches(row), first.out());
    // Others' results are of MNIST.
    assertFalse(first.out().contains("poster"), first.out());

    Path results = folder.resolve("results.jsonl");
    String line = Files.readString(results);
    assertTrue(
        line.matches(
            "\\{\"model\":\"ssl\",\"labels\":20,\"seed\":1,\"data\":\".*\",\"epochs\":1,"
                + "\"seconds\":.*,\"validation\":\\{\"encoder\":.*},"
                + "\"test\":\\{\"encoder\":.*}}\n"),
        line);

    // What is finished is skipped; a line that a crash cut off is of no consequence.
    Files.writeString(results, line + "{\"model\":\"ssl\",\"lab");
    long step = RunFolder.open(folder.resolve("ssl-20-1")).metrics().get(0).step();
    Cli second = table("--seeds=1,2", "--epochs=1").succeeded();
    assertTrue(second.out().startsWith("1 of 2 runs are finished\n"), second.out());
    assertTrue(
        second.out().matches("(?s).*\nrun 2 of 2: .*seed 2  ETA of all that is left 0:\\d\\d\n.*"));
    assertTrue(
        second.out().matches("(?s).*\nssl +20  encoder +.* \\+- .* \\+- .*% +2\n.*"), second.out());
    List<String> lines = Files.readAllLines(results);
    assertEquals(3, lines.size());
    assertEquals(line.strip(), lines.get(0));
    assertEquals(2, new ExperimentResults(results).of(List.of(cell(1), cell(2), cell(3))).size());

    // One that lacks its line goes on from its last checkpoint, to the same result.
    Files.writeString(results, lines.get(2) + "\n");
    Cli third = table("--seeds=1,2", "--epochs=1").succeeded();
    assertTrue(third.out().contains("\ngoes on after epoch 1\n"), third.out());
    assertEquals(step, RunFolder.open(folder.resolve("ssl-20-1")).metrics().get(0).step());
    var again = new ExperimentResults(results).of(List.of(cell(1))).get(0);
    assertTrue(line.contains("\"test\":{\"encoder\":" + again.test().get("encoder") + "}"), line);

    assertEquals(
        "glimpse: %s was trained with other settings (train.epochs 1); choose another --out"
            .formatted(folder.resolve("ssl-20-1")),
        table("--seeds=1", "--epochs=2").failure());
  }

  @Test
  void aResultOfOtherDataIsNotTold() throws IOException {
    Path results = folder.resolve("results.jsonl");
    Files.writeString(
        results,
        """
        {"model":"ssl","labels":20,"seed":1,"data":"digits","validation":{},"test":{}}
        """);
    assertEquals(
        "glimpse: %s: ssl, 20 labels, seed 1 was trained with other settings (--data digits);"
                .formatted(results)
            + " choose another --out",
        table("--seeds=1", "--epochs=1").failure());
  }

  private static ExperimentCell cell(int seed) {
    return new ExperimentCell("ssl", 20, seed);
  }

  @Test
  void mistakesAreNamedBeforeAnythingIsTrained() {
    assertEquals(
        "glimpse: --models: a vae is not semi-supervised; such as ssl are",
        table("--models=ssl,vae").failure());
    assertTrue(table("--labels=20,5").failure().contains("5 labelled images are fewer than"));
    assertTrue(table("--set", "alhpa=2").failure().contains("did you mean alpha?"));
    assertFalse(Files.exists(folder.resolve("ssl-20-1")), "a run was made");
    assertEquals(2, Cli.run("experiments").exitCode());
  }

  @Test
  void aRunThatDivergesDoesNotEndTheTable() {
    Cli diverged = table("--seeds=1,2", "--epochs=1", "--set=train.lr=1e30");
    assertEquals(1, diverged.exitCode());
    List<String> lines = diverged.err().lines().toList();
    assertEquals(2, lines.size(), diverged.err());
    for (int seed = 1; seed <= 2; seed++) {
      String line = lines.get(seed - 1);
      String start = "glimpse: ssl, 20 labels, seed " + seed + ": training diverged: ";
      assertTrue(line.startsWith(start), line);
    }
    assertFalse(Files.exists(folder.resolve("results.jsonl")), "a result was noted");
  }

  @Test
  void othersResultsStandBeside() {
    var results =
        List.of(
            result("ssl", 1000, 1, 0.04),
            result("ssl", 1000, 2, 0.06),
            result("ssl-conv", 600, 1, 0.05));
    var text = new StringWriter();
    ExperimentTable.of(results, Map.of("ssl", false, "ssl-conv", true))
        .print(new PrintWriter(text, true));
    List<String> lines = text.toString().lines().toList();
    assertTrue(
        lines.get(0).matches("model +labels +classifier .* poster +M2 +M1\\+M2"), lines.get(0));
    assertTrue(
        lines
            .get(1)
            .matches("ssl +1000  encoder +5.50% \\+- 1.41% +5.00% \\+- 1.41% +2 +5.10% +3.60% .*"),
        lines.get(1));
    assertTrue(
        lines.get(2).matches("ssl-conv +600  encoder +5.50% +5.00% +1 +6.20% +4.94% +2.59%"),
        lines.get(2));
    var few = ExperimentTable.References.of(100, false);
    assertTrue(few.poster().isEmpty() && few.m2().isEmpty());
    assertEquals(3.33, few.m1m2().orElseThrow());
  }

  private static ExperimentResults.Result result(String model, int labels, int seed, double test) {
    return new ExperimentResults.Result(
        model,
        labels,
        seed,
        "mnist",
        1,
        1,
        Map.of("encoder", test + 0.005),
        Map.of("encoder", test));
  }

  @Test
  void theTimeThatIsLeftIsThatOfRunsAlike() throws IOException {
    Path file = folder.resolve("results.jsonl");
    var results = new ExperimentResults(file);
    assertTrue(results.secondsFor(List.of(cell(1))).isEmpty());
    Files.writeString(
        file,
        """
        {"model":"ssl","labels":20,"seed":1,"seconds":10,"validation":{},"test":{}}
        {"model":"ssl-conv","labels":20,"seed":1,"seconds":50,"validation":{},"test":{}}
        """);
    results = new ExperimentResults(file);
    var left =
        List.of(cell(2), new ExperimentCell("ssl-conv", 20, 2), new ExperimentCell("m", 20, 1));
    assertEquals(10 + 50 + 30, results.secondsFor(left).orElseThrow());
  }
}
