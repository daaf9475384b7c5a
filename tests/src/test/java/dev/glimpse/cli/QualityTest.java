package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.glimpse.data.Pictures;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code train} and {@code evaluate} say of the images that a model makes. */
class QualityTest {
  private static final int NEAR = 40;

  @TempDir private Path folder;

  private static JsonObject json(Cli result) {
    assertEquals(1, result.succeeded().out().lines().count());
    return JsonParser.parseString(result.out()).getAsJsonObject();
  }

  @Test
  void isMeasuredAndNoted() throws IOException {
    Path run = folder.resolve("run");
    SmallRuns.train("cvae", run, "--set", "hidden=32", "latent=4");
    int before = RunFolder.open(run).metrics().size();

    String lines = Cli.run("evaluate", run.toString()).succeeded().out();
    assertTrue(lines.matches("(?s).*\nquality +samples +reconstructions +real test .*"), lines);
    assertTrue(lines.matches("(?s).*\nlabel accuracy +\\d+\\.\\d\\d% +\\d.*% +9\\d.*%\n.*"), lines);
    assertTrue(lines.matches("(?s).*\nimages +10,000 +120 +120\n.*"), lines);
    assertTrue(lines.contains("the distance from 605 training images"), lines);

    List<Evaluation> metrics = RunFolder.open(run).metrics();
    assertEquals(before + 1, metrics.size());
    Evaluation noted = metrics.get(before);
    assertEquals("test", noted.split());
    assertEquals(metrics.get(before - 1).step(), noted.step());
    Map<String, Double> values = noted.values();
    for (String name : List.of("fid", "labelAccuracy", "sharpness", "diversity")) {
      for (String kind : List.of("", "Reconstructions", "Real")) {
        assertTrue(values.containsKey(name + kind), name + kind);
      }
    }
    assertTrue(values.get("fidReal") < values.get("fid"), values::toString);
    assertTrue(values.get("labelAccuracyReal") > 0.9, values::toString);

    String page = Files.readString(run.resolve("report.html"));
    assertTrue(page.contains("Quality of the images"), page);
    assertTrue(page.contains("%.3f".formatted(values.get("fid"))), page);
    assertFalse(page.contains("{{"), "a hole is left");
  }

  @Test
  void seedsAreFixedAndNothingIsNotedOfAPart() {
    Path run = SmallRuns.perceptron("vae");
    int before = RunFolder.open(run).metrics().size();
    String[] arguments = {"evaluate", run.toString(), "--count=" + NEAR, "--json"};
    JsonObject first = json(Cli.run(arguments));
    assertEquals(first.get("fid"), json(Cli.run(arguments)).get("fid"));
    assertEquals(NEAR, first.get("judged").getAsInt());
    assertEquals(NEAR, first.get("images").getAsInt());
    assertEquals(605, first.get("judgedAgainst").getAsInt());
    assertFalse(first.has("labelAccuracy"), first::toString);
    assertTrue(first.has("labelAccuracyReconstructions"), first::toString);
    assertEquals(before, RunFolder.open(run).metrics().size());
    assertFalse(json(Cli.run("evaluate", run.toString(), "--json", "--no-quality")).has("fid"));
  }

  @Test
  void aModelWithoutCodesHasSamplesAlone() {
    Path run = SmallRuns.convolutional("cgan");
    JsonObject json = json(Cli.run("evaluate", run.toString(), "--count=" + NEAR, "--json"));
    assertTrue(json.has("labelAccuracy") && json.has("fidReal"), json::toString);
    assertFalse(json.has("fidReconstructions"), json::toString);
    assertTrue(json.get("logFake").getAsDouble() < 0, json::toString);
  }

  @Test
  void trainingMeasuresItInTheEnd() {
    Path run = folder.resolve("run");
    String data = SmallRuns.data().toString();
    Cli trained =
        Cli.run(
            "train",
            "vae",
            "--data=" + data,
            "--out=" + run,
            "--epochs=1",
            "--set=hidden=32",
            "--set=latent=4");
    assertTrue(trained.succeeded().out().contains("\nquality "), trained.out());
    assertTrue(trained.out().contains("\nimages "), trained.out());
    List<Evaluation> metrics = RunFolder.open(run).metrics();
    assertEquals(4, metrics.size());
    assertEquals(2000, metrics.get(3).values().get("judged"));
    assertTrue(metrics.get(2).values().containsKey("elbo"), metrics::toString);

    // The last of a run goes when the run goes on.
    Cli.run("train", "--resume", run.toString(), "--epochs=2", "--no-quality").succeeded();
    assertEquals(
        List.of("train", "validation", "train", "validation", "test"),
        RunFolder.open(run).metrics().stream().map(Evaluation::split).toList());
  }

  @Test
  void imagesThatTheClassifierCannotReadAreNotJudged() throws IOException {
    Path pictures = folder.resolve("pictures");
    Path run = folder.resolve("run");
    for (int i = 0; i < 60; i++) {
      Pictures.write(pictures.resolve(i + ".png"), Pictures.colour(8, 8, 4 * i << 8));
    }
    Cli trained =
        Cli.run(
            "train",
            "vae",
            "--data=" + pictures,
            "--out=" + run,
            "--epochs=1",
            "--batch=10",
            "--set",
            "data.size=8",
            "hidden=16",
            "latent=2");
    assertFalse(trained.succeeded().out().contains("quality"), trained.out());
    Cli evaluated = Cli.run("evaluate", run.toString()).succeeded();
    assertTrue(
        evaluated
            .out()
            .contains(
                "quality is not measured: the classifier reads images of 28 x 28 x 1 and 10"
                    + " classes"),
        evaluated.out());
    assertEquals(
        "glimpse: the classifier that judges images reads those of 28 x 28 x 1 and 10 classes, not"
            + " of 8 x 8 x 3 and no labels",
        Cli.run("evaluate", run.toString(), "--quality").failure());
  }

  @Test
  void tooFewImagesForItLeaveTheOtherMeasures() {
    String run = SmallRuns.perceptron("vae").toString();
    String one = Cli.run("evaluate", run, "--count=1").succeeded().out();
    assertTrue(one.matches("(?s).*\nelbo .*\nquality is not measured: a covariance .*"), one);
    JsonObject json = json(Cli.run("evaluate", run, "--count=5", "--samples=2", "--json"));
    assertTrue(json.has("logLikelihood"), json::toString);
    assertTrue(json.get("qualityLeftOut").getAsString().startsWith("diversity takes"));
  }

  @Test
  void realImagesAreNamedByTheirSplit() {
    String run = SmallRuns.perceptron("vae").toString();
    String told =
        Cli.run("evaluate", run, "--split=validation", "--count=" + NEAR).succeeded().out();
    assertTrue(told.contains("  real validation images\n"), told);
  }

  @Test
  void aModelWithoutSamplesCannotBeJudged() {
    Path run = SmallRuns.perceptron("cvae", "condition=quadrants");
    assertEquals(
        "glimpse: a cvae that completes images has no samples to be judged",
        Cli.run("evaluate", run.toString(), "--quality").failure());
  }
}
