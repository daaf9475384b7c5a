package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.glimpse.cli.evaluation.Classification;
import dev.glimpse.cli.evaluation.ClassificationFile;
import dev.glimpse.cli.evaluation.ClassifierResult;
import dev.glimpse.data.IdxFiles;
import dev.glimpse.data.Pictures;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.RunFolder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on few labels, and what is said of how labels are read. */
class SemiSupervisedRunTest {
  private static final int CELL = 2 * 28 + 2;
  private static final int CAPTION = 26;

  @TempDir private Path folder;

  private static JsonObject json(Cli result) {
    assertEquals(1, result.out().lines().count(), result.out());
    return JsonParser.parseString(result.out()).getAsJsonObject();
  }

  private static double testAccuracy(Path run) {
    return RunFolder.open(run).metrics().stream()
        .filter(e -> e.split().equals("test") && e.values().containsKey("accuracy"))
        .map(Evaluation::values)
        .findFirst()
        .orElseThrow()
        .get("accuracy");
  }

  @Test
  void aRunNotesHowItReads() throws IOException {
    Path run = SmallRuns.semiSupervised();
    Classification noted = new ClassificationFile(RunFolder.open(run)).read().orElseThrow();
    assertEquals(1, noted.classifiers().size());
    ClassifierResult encoder = noted.classifiers().get(0);
    assertEquals("encoder", encoder.name());
    // By another plan and another average than the one that evaluates.
    assertEquals(1 - testAccuracy(run), encoder.errors().get("test"), 1e-6);
    assertEquals(SmallRuns.TEST, encoder.confusion().images());
    assertEquals(1 - encoder.confusion().accuracy(), encoder.errors().get("test"), 1e-12);
    assertEquals(Math.round(encoder.errors().get("test") * SmallRuns.TEST), noted.misread().size());
    for (int i = 1; i < noted.misread().size(); i++) {
      assertTrue(noted.misread().get(i - 1).probability() >= noted.misread().get(i).probability());
    }

    int shown = ClassificationFile.shown(noted).size();
    BufferedImage misread =
        ImageIO.read(new ClassificationFile(RunFolder.open(run)).picture().toFile());
    int rows = (shown + 9) / 10;
    assertEquals(rows * (CAPTION + CELL + 2), misread.getHeight());

    String page = Files.readString(run.resolve("report.html"));
    assertFalse(page.contains("{{"), "a hole is left");
    assertTrue(page.contains("It was told the labels of 20 images of "), page);
    assertTrue(page.contains("is no likelihood"), page);
    assertTrue(page.contains(Classification.share(encoder.errors().get("validation"))), page);
    assertTrue(page.contains(", " + shown + " of " + noted.misread().size()), page);
    int[][] counts = encoder.confusion().counts();
    int cells = page.split("<td class=\"number (right|wrong)\">", -1).length - 1;
    assertEquals(counts.length * counts.length, cells);
  }

  @Test
  void otherReportsSayNothingOfIt() throws IOException {
    String page = Files.readString(SmallRuns.perceptron("vae").resolve("report.html"));
    assertFalse(page.contains("What it learns from") || page.contains("How labels are read"), page);
  }

  @Test
  void aRunThatLostItsMetricsIsEvaluated() throws IOException {
    Path run = folder.resolve("run");
    SmallRuns.train(
        "ssl", run, "--set", "hidden=16", "latent=4", "train.size=200", "data.labels=20");
    Files.delete(run.resolve("metrics.jsonl"));
    Files.delete(run.resolve("report.html"));
    Cli.run("evaluate", run.toString(), "--no-quality").succeeded();
    String page = Files.readString(run.resolve("report.html"));
    assertTrue(page.contains("It was told the labels of 20 images of "), page);
  }

  @Test
  void whatIsMeasuredIsToldWhereTheRunCannotBeWritten() throws IOException {
    Path run = folder.resolve("run");
    SmallRuns.train(
        "ssl", run, "--set", "hidden=16", "latent=4", "train.size=200", "data.labels=20");
    // In the way of the file, even for root.
    Path file = run.resolve("classification.json");
    Files.delete(file);
    Files.createDirectories(file.resolve("in the way"));
    Cli evaluated = Cli.run("evaluate", run.toString(), "--no-quality");
    String failure = evaluated.failure();
    assertTrue(failure.startsWith("glimpse: cannot write " + file + ": "), failure);
    assertTrue(evaluated.out().contains("\nerror of encoder "), evaluated.out());
  }

  @Test
  void evaluateTellsTheErrorsOfEachClassifier() throws IOException {
    Path run = SmallRuns.semiSupervised();
    Path file = run.resolve("classification.json");
    byte[] before = Files.readAllBytes(file);
    Files.delete(file);
    String lines = Cli.run("evaluate", run.toString(), "--no-quality").succeeded().out();
    assertTrue(
        lines.matches(
            "(?s).*\nerror of encoder +validation \\d+\\.\\d\\d%  test \\d+\\.\\d\\d%\n.*"),
        lines);
    assertEquals(-1, Files.mismatch(file, Files.write(folder.resolve("before"), before)));

    JsonObject json =
        json(
            Cli.run("evaluate", run.toString(), "--no-quality", "--json", "--split=validation")
                .succeeded());
    JsonObject encoder = json.getAsJsonObject("classifiers").getAsJsonObject("encoder");
    assertEquals(
        1 - json.get("accuracy").getAsDouble(), encoder.get("validationError").getAsDouble(), 1e-6);
    // To choose by validation images, test images need not be looked at.
    assertFalse(encoder.has("testError"), encoder::toString);
    assertTrue(encoder.getAsJsonObject("temperatures").get("encoder").getAsDouble() > 0);
  }

  @Test
  void picturesAreRead() throws IOException {
    Path run = SmallRuns.semiSupervised();
    Path digits = folder.resolve("digits");
    for (int i = 0; i < 6; i++) {
      Pictures.write(digits.resolve(i + ".png"), Pictures.colour(30 + i, 50, 0x303030 * (i % 3)));
    }
    Path other = folder.resolve("other.png");
    Pictures.write(other, Pictures.colour(28, 28, 0xffffff));
    Path out = folder.resolve("read.png");
    Cli read =
        Cli.run("classify", run.toString(), other.toString(), digits.toString(), "--out=" + out)
            .succeeded();
    List<String> lines = read.out().lines().toList();
    assertEquals(8, lines.size(), read.out());
    String percent = " +\\d+\\.\\d\\d%";
    String pattern = ".*other\\.png  encoder  \\d%s  \\d%s  \\d%s".replace("%s", percent);
    assertTrue(lines.get(0).matches(pattern), read.out());
    assertEquals(out.toString(), lines.get(7));
    // Five beside each other, each an image and its reconstruction.
    BufferedImage picture = ImageIO.read(out.toFile());
    assertEquals(2 * (CAPTION + CELL + 2), picture.getHeight());
    assertEquals(5 * (2 * CELL + 2), picture.getWidth());
    assertEquals(255, picture.getRaster().getSample(10, CAPTION + 10, 0));
  }

  @Test
  void whatCannotBeReadIsPassedOver() throws IOException {
    Path run = SmallRuns.semiSupervised();
    Path good = folder.resolve("good.png");
    Pictures.write(good, Pictures.colour(28, 28, 0x102030));
    Path broken = Files.writeString(folder.resolve("broken.png"), "no picture");
    Cli read = Cli.run("classify", run.toString(), broken.toString(), good.toString(), "--json");
    assertEquals(1, read.exitCode());
    assertEquals(
        "glimpse: "
            + broken
            + ": no picture can be read (it is no picture of a kind that Java"
            + " reads)",
        read.err().strip());
    JsonObject json = json(read);
    assertEquals(1, json.getAsJsonArray("images").size());
    JsonObject image = json.getAsJsonArray("images").get(0).getAsJsonObject();
    assertEquals(good.toString(), image.get("file").getAsString());
    JsonObject encoder = image.getAsJsonObject("classifiers").getAsJsonObject("encoder");
    assertEquals(image.get("label"), encoder.get("label"));
    double sum = 0;
    double most = 0;
    for (var value : encoder.getAsJsonArray("probabilities")) {
      sum += value.getAsDouble();
      most = Math.max(most, value.getAsDouble());
    }
    assertEquals(1, sum, 1e-5);
    int label = image.get("label").getAsInt();
    assertEquals(most, encoder.getAsJsonArray("probabilities").get(label).getAsDouble());
    assertEquals(1, json.getAsJsonArray("faults").size());
    assertTrue(Files.exists(run.resolve("samples").resolve("classified.png")));

    Cli nothing = Cli.run("classify", run.toString(), broken.toString());
    assertEquals(1, nothing.exitCode());
    assertEquals("", nothing.out());
    assertEquals(2, Cli.run("classify", run.toString()).exitCode());
    assertEquals(
        "glimpse: a vae has no classifier; train ssl or classifier for that",
        Cli.run("classify", SmallRuns.perceptron("vae").toString(), good.toString()).failure());
  }

  @Test
  void aClassifierReadsPicturesToo() throws IOException {
    Path run = folder.resolve("run");
    SmallRuns.train("classifier", run, "--set", "train.size=200");
    Path good = folder.resolve("good.png");
    Pictures.write(good, Pictures.colour(28, 28, 0x102030));
    // A run without notes is calibrated when it is used.
    Files.delete(run.resolve("classification.json"));
    Path out = folder.resolve("read.png");
    Cli.run("classify", run.toString(), good.toString(), "--out=" + out).succeeded();
    BufferedImage picture = ImageIO.read(out.toFile());
    assertEquals(CAPTION + CELL + 2, picture.getHeight());
    assertTrue(picture.getWidth() < 2 * CELL, "width " + picture.getWidth());
  }

  @Test
  void otherImagesAreLearnedFromWithoutLabels() throws IOException {
    Path others = Files.createDirectory(folder.resolve("others"));
    IdxFiles.write(others, "train-images-idx3-ubyte", IdxFiles.images(60, 28, 28));
    Path run = folder.resolve("run");
    Path weights = folder.resolve("weights.npz");
    Cli.run("weights", SmallRuns.semiSupervised().toString(), "--out=" + weights).succeeded();
    Path here = Path.of("").toAbsolutePath();
    Cli trained =
        SmallRuns.train(
            "ssl",
            run,
            "--labels=20",
            "--set",
            "hidden=16",
            "latent=4",
            "data.unlabelled=" + here.relativize(others),
            "train.weights=" + here.relativize(weights));
    assertTrue(
        trained.out().contains("60 images of " + others + " without labels and 20 of "),
        trained.out());
    assertEquals(others.toString(), RunFolder.open(run).config().settings().get("data.unlabelled"));
    // Named from the working folder, they are found from any.
    String from = RunFolder.open(run).config().settings().get("train.weights");
    assertEquals(weights.toString(), from);
    assertEquals(1, RunFolder.open(run).metrics().get(0).step());
    String page = Files.readString(run.resolve("report.html"));
    assertTrue(page.contains("learned from the images of " + others), page);

    Cli resumed = Cli.run("train", "--resume", run.toString(), "--epochs=2", "--no-quality");
    assertTrue(resumed.succeeded().out().contains("60 images of " + others), resumed.out());
    assertEquals(
        "glimpse: a run goes on with its own settings; with --resume only --epochs and --device"
            + " may be given",
        Cli.run("train", "--resume", run.toString(), "--labels=30").failure());
    assertTrue(
        Cli.run("train", "--resume", run.toString(), "--unlabelled=digits")
            .failure()
            .contains("a run goes on with its own settings"));
  }

  @Test
  void imagesToBeJudgedByAreNotLearnedFrom() throws IOException {
    Path data = folder.resolve("pictures");
    for (int i = 0; i < 40; i++) {
      Pictures.write(data.resolve(i % 2 == 0 ? "even" : "odd").resolve(i + ".png"), i);
    }
    Path link = Files.createSymbolicLink(folder.resolve("link"), data);
    Cli trained =
        Cli.run(
                "train",
                "ssl",
                "--data=" + data,
                "--unlabelled=" + link,
                "--labels=4",
                "--epochs=1",
                "--out=" + folder.resolve("run"),
                "--no-quality",
                "--set",
                "data.size=4",
                "hidden=4",
                "latent=2")
            .succeeded();
    assertTrue(trained.out().contains("34 images of " + link + " without labels"), trained::out);

    Path part = data.resolve("even");
    Path run = folder.resolve("refused");
    String failure =
        Cli.run(
                "train",
                "ssl",
                "--data=" + data,
                "--unlabelled=" + part,
                "--labels=4",
                "--set=data.size=4",
                "--out=" + run)
            .failure();
    assertTrue(failure.contains(data + " and " + part + " share pictures"), failure);
    assertFalse(Files.exists(run), "a folder is left");
  }

  private String refused(String model, String... more) {
    Path run = folder.resolve("refused");
    var arguments =
        new ArrayList<>(List.of("train", model, "--data=" + SmallRuns.data(), "--out=" + run));
    arguments.addAll(List.of(more));
    String failure = Cli.run(arguments.toArray(String[]::new)).failure();
    assertFalse(Files.exists(run), "a folder is left");
    return failure;
  }

  @Test
  void labelsThatThereAreNotAreRefused() throws IOException {
    assertEquals(
        "glimpse: 5 labelled images are fewer than the 10 classes of data train",
        refused("ssl", "--labels=5"));
    assertEquals(
        "glimpse: 2,000,000,000 labels are asked for, and data train has 605 images to train on",
        refused("ssl", "--labels=2000000000"));
    assertEquals(
        "glimpse: --labels is for a semi-supervised model, such as ssl; this one knows all labels",
        refused("vae", "--labels=20"));
    assertEquals(
        "glimpse: --unlabelled is for a semi-supervised model, such as ssl; this one knows all"
            + " labels",
        refused("cvae", "--unlabelled=digits"));
    assertTrue(
        refused("ssl", "--labels=20", "--unlabelled=nowhere").contains("unknown data 'nowhere'"));

    Path small = Files.createDirectory(folder.resolve("small"));
    IdxFiles.write(small, "train-images-idx3-ubyte", IdxFiles.images(9, 4, 5));
    String size = refused("ssl", "--labels=20", "--unlabelled=" + small);
    assertTrue(size.contains("must be as large as those with labels: small: 9 images of"), size);
    assertTrue(size.contains(" of 4 x 5 x 1, no labels; data train: 605 images of 28 x 28"), size);
  }

  @Test
  void stackedModelsNeedEpochsForBoth() {
    assertEquals(
        "glimpse: train.epochs must be more than m1.epochs, 5, after which M2 begins to learn, not 5",
        refused("m1m2", "--labels=20", "--epochs=5"));
    assertEquals(
        "glimpse: train.patience must be more than m1.epochs, 5, after which M2 begins to learn,"
            + " not 4",
        refused("m1m2", "--labels=20", "--epochs=9", "--set", "train.patience=4"));
  }

  @Test
  void theEncoderNeedsAShareOfTheBound() {
    assertEquals(
        "glimpse: gamma must be above 0: the encoder learns by it, too",
        refused("ssl-gan", "--labels=20", "--set", "gamma=0"));
  }

  @Test
  void aLabelOutsideTheClassesIsNamed() throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    for (String part : List.of("train", "t10k")) {
      IdxFiles.write(data, part + "-images-idx3-ubyte", IdxFiles.images(24, 4, 4));
      int classes = part.equals("train") ? 3 : 5;
      IdxFiles.write(data, part + "-labels-idx1-ubyte", IdxFiles.labels(24, classes));
    }
    String failure =
        Cli.run("train", "ssl", "--data=" + data, "--labels=3", "--out=" + folder.resolve("run"))
            .failure();
    assertEquals(
        "glimpse: %s: at byte 11: expected a label in 0..2, found 3"
            .formatted(data.resolve("t10k-labels-idx1-ubyte")),
        failure);
  }
}
