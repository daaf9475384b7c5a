package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.train.Evaluation;
import dev.glimpse.train.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainCommandTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"vae", "cvae"})
  void aRunHasAllItsFiles(String model) throws IOException {
    Path run = folder.resolve("run");
    Cli trained = Cli.train(model, run, "--epochs=2");

    List<String> lines = trained.out().lines().toList();
    assertTrue(lines.get(0).matches(model + " with .* parameters, on 512 images of digits, on .*"));
    assertTrue(
        trained.out().contains("\nepoch 1/2  train elbo -")
            && trained.out().contains("  validation elbo -")
            && trained.out().contains(" images/s  ETA 0:0"),
        trained.out());
    assertTrue(trained.out().contains("\ntest elbo -"), trained.out());
    assertEquals("report " + run.resolve("report.html"), lines.get(lines.size() - 1));

    List<String> splits = RunFolder.open(run).metrics().stream().map(Evaluation::split).toList();
    assertEquals(List.of("train", "validation", "train", "validation", "test"), splits);
    assertEquals(2, RunFolder.open(run).checkpoints().size());
    for (String sample : List.of("epoch-001.png", "epoch-002.png", "reconstructions.png")) {
      assertTrue(ImageIO.read(run.resolve("samples").resolve(sample).toFile()).getWidth() > 400);
    }
  }

  @Test
  void anAdversarialTrainingTellsBothSides() throws IOException {
    Cli trained = SmallRuns.train("cvaegan", folder.resolve("run"), "--set", "width=4", "latent=8");
    String number = " -?\\d+\\.\\d+  ";
    String line =
        String.join(
            number,
            "(?s).*\nepoch 1/1  train realLoss",
            "fakeLoss",
            "generatorLoss",
            "featureError",
            "validation kl",
            "squaredError",
            ".*");
    assertTrue(trained.out().matches(line), trained.out());
    assertFalse(trained.out().contains("elbo"), trained.out());
    String metrics = Files.readString(folder.resolve("run").resolve("metrics.jsonl"));
    String order = "(?s)\\{.*realLoss.*fakeLoss.*generatorLoss.*\"kl\".*featureError.*";
    assertTrue(metrics.matches(order), metrics);
  }

  @Test
  void aClassifierIsJudgedByItsAccuracy() {
    Path run = folder.resolve("run");
    Cli trained = SmallRuns.train("classifier", run);
    assertTrue(
        trained.out().matches("(?s).*  validation accuracy \\d+\\.\\d\\d%  crossEntropy .*"),
        trained.out());
    String evaluated = Cli.run("evaluate", run.toString()).succeeded().out();
    double accuracy = percent(evaluated, "accuracy");
    assertEquals(100, accuracy + percent(evaluated, "errorRate"), 0.011);
    assertEquals(accuracy, percent(trained.out(), "test accuracy"));
    assertFalse(evaluated.contains("quality"), evaluated);
  }

  private static double percent(String text, String name) {
    return text.lines()
        .filter(line -> line.matches(name + " +.*%"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll(".* |%", "")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void memoryIsToldBlockByBlock() {
    Cli trained =
        SmallRuns.train(
            "vae", folder.resolve("run"), "--verbose", "--set", "hidden=16", "latent=2");
    List<String> lines = trained.out().lines().toList();
    int start = lines.indexOf("device memory");
    assertTrue(start > 0, trained.out());
    List<Long> bytes =
        lines.subList(start + 1, start + 8).stream()
            .map(line -> Long.valueOf(line.replaceAll("\\D", "")))
            .toList();
    assertEquals(bytes.get(6), bytes.subList(0, 6).stream().mapToLong(b -> b).sum());
    // Adam keeps two numbers for each gradient.
    assertEquals(2 * bytes.get(1), bytes.get(2));
    assertTrue(trained.out().matches("(?s).* bytes at +\\d+, steps \\d+ to \\d+: .*"));
  }

  @Test
  void theReportNeedsNoOtherFile() throws IOException {
    Path run = folder.resolve("run");
    Cli.train("vae", run, "--epochs=1");
    String page = Files.readString(run.resolve("report.html"));

    assertFalse(page.contains("{{"), "a hole is left");
    assertFalse(page.matches("(?s).*(src|href)=\"(?!data:).*"), "refers to another file");
    // A grid, reconstructions, and a chart each of elbo, kl and reconstruction.
    assertEquals(5, page.split("src=\"data:image/png;base64,", -1).length - 1);
    Evaluation test = RunFolder.open(run).metrics().get(2);
    assertTrue(page.contains("%.2f".formatted(test.values().get("elbo"))));
    assertTrue(page.contains("<th>train.size</th><td>512</td>"));
  }

  @Test
  void anUnknownSettingNamesTheNearest() {
    String failure = Cli.run("train", "vae", "--set", "train.epoch=3").failure();
    assertEquals("glimpse: there is no setting 'train.epoch'; did you mean train.epochs?", failure);
  }

  @Test
  void settingsThatDoNotGoTogetherAreRefusedAtOnce() {
    Path run = folder.resolve("run");
    String data = "--data=" + SmallRuns.data();
    assertEquals(
        "glimpse: given is for --condition quadrants",
        Cli.run("train", "cvae", data, "--out=" + run, "--set", "given=2").failure());
    assertEquals(
        "glimpse: pixels=gaussian needs grey values: set data.binarise=none, too",
        Cli.run("train", "draw", data, "--out=" + run, "--set", "pixels=gaussian").failure());
    assertEquals(
        "glimpse: train.klWarmup must be 0: this model's loss does not weigh a KL term",
        Cli.run("train", "gan", data, "--out=" + run, "--set", "train.klWarmup=3").failure());
    assertFalse(Files.exists(run), "a folder is left");
  }

  @Test
  void aFolderThatWasThereIsLeftAsItWas() throws IOException {
    Path run = Files.createDirectory(folder.resolve("run"));
    String data = "--data=" + SmallRuns.data();
    Cli.run("train", "gan", data, "--out=" + run, "--set", "train.klWarmup=3").failure();
    assertEquals(0, run.toFile().list().length);
  }

  @Test
  void aNumberThatIsNoneToComputeWithIsRefusedAtOnce() {
    Path run = folder.resolve("run");
    String failure = Cli.run("train", "gan", "--out=" + run, "--set", "noise=Infinity").failure();
    assertEquals("glimpse: noise takes a number that is finite in float32, not Infinity", failure);
    assertFalse(Files.exists(run), "a folder is left");
  }

  @Test
  void settingsAreListed() {
    String settings = Cli.run("train", "cvae", "--settings").succeeded().out();
    assertTrue(settings.matches("(?s).*\n  prior +standard .*\n  train.lr +0.001 .*"), settings);
  }

  @Test
  void anUnknownDeviceNamesThoseThereAre() {
    String failure = Cli.run("train", "vae", "--device", "none such").failure();
    assertTrue(failure.startsWith("glimpse: no device matches 'none such'; there is "), failure);
  }

  @Test
  void unknownDataNamesTheChoices() {
    String failure = Cli.run("train", "vae", "--data", "nowhere").failure();
    assertTrue(failure.startsWith("glimpse: unknown data 'nowhere'"), failure);
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Path run = file.resolve("run");
    String failure = Cli.run(Cli.training("vae", run, "--epochs=1")).failure();
    assertTrue(failure.startsWith("glimpse: " + run + ": cannot be written"), failure);
  }

  @Test
  void aRunIsNotOverwritten() {
    Path run = folder.resolve("run");
    Cli.train("vae", run, "--epochs=1");
    String failure = Cli.run(Cli.training("vae", run, "--epochs=1")).failure();
    assertTrue(failure.contains("holds a run already"), failure);
  }

  @Test
  void divergenceIsSeen() {
    Path run = folder.resolve("run");
    String failure = Cli.run(Cli.training("vae", run, "--lr=1e30")).failure();
    assertTrue(failure.matches("glimpse: training diverged: .* in step \\d+; .*"), failure);
    // What never learned is in nobody's way.
    Cli.train("vae", run, "--epochs=1");
  }

  @Test
  void aCommandThatIsNotUnderstoodExitsWithTwo() {
    for (String line : List.of("", "trian vae", "train", "train vae --bogus", "sample")) {
      Cli result = Cli.run(line.isEmpty() ? new String[0] : line.split(" "));
      assertEquals(2, result.exitCode(), line);
      assertTrue(result.err().startsWith("glimpse: "), result.err());
    }
    assertTrue(Cli.run("trian").err().contains("glimpse train"));
  }

  @Test
  void everyCommandExplainsItself() {
    for (String command : Main.commandLine().getSubcommands().keySet()) {
      String help = Cli.run(command, "--help").succeeded().out();
      assertTrue(help.contains("Example") && help.contains("  glimpse " + command), help);
    }
  }
}
