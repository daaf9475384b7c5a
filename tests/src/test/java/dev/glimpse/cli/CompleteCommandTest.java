package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.glimpse.data.Pictures;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that complete images: training, pictures, likelihoods. */
class CompleteCommandTest {
  private static final int CELL = 2 * 28 + 2;

  @TempDir private Path folder;

  private static Path run() {
    return SmallRuns.perceptron("cvae", "condition=quadrants", "given=2");
  }

  /** A pixel of a picture's cell, 0 to 255. */
  private static int grey(BufferedImage picture, int column, int row, int x, int y) {
    return picture.getRaster().getSample(2 + column * CELL + 2 * x, 2 + row * CELL + 2 * y, 0);
  }

  @Test
  void trainingDrawsCompletions() throws IOException {
    Path run = folder.resolve("run");
    Cli trained =
        SmallRuns.train(
            "cvae", run, "--condition=quadrants", "--set", "given=1", "hidden=16", "latent=2");
    assertTrue(trained.out().contains("the elbo is in nats"), trained.out());
    BufferedImage picture =
        ImageIO.read(run.resolve("samples").resolve("completions-001.png").toFile());
    assertEquals(16 * CELL + 2, picture.getWidth());
    assertEquals(5 * CELL + 2, picture.getHeight());
    String page = Files.readString(run.resolve("report.html"));
    assertTrue(page.contains("<h2>Completions</h2>"), page);
    assertFalse(page.contains("<h2>Samples</h2>"), page);
  }

  @Test
  void whatIsGivenStaysAndTheRestIsDrawn() throws IOException {
    Path file = folder.resolve("completed.png");
    String[] arguments = {
      "complete", run().toString(), "--count=3", "--completions=2", "--out=" + file
    };
    assertEquals(file.toString(), Cli.run(arguments).succeeded().out().strip());
    BufferedImage picture = ImageIO.read(file.toFile());
    assertEquals(3 * CELL + 2, picture.getWidth());
    assertEquals(4 * CELL + 2, picture.getHeight());
    int different = 0;
    for (int y = 0; y < 28; y++) {
      for (int x = 0; x < 28; x++) {
        int truth = grey(picture, 1, 3, x, y);
        boolean given = x < 14;
        assertEquals(given ? truth : 128, grey(picture, 1, 0, x, y));
        if (given) {
          assertEquals(truth, grey(picture, 1, 1, x, y));
        }
        different += grey(picture, 1, 1, x, y) == grey(picture, 1, 2, x, y) ? 0 : 1;
      }
    }
    assertTrue(different > 100, "two completions differ in " + different + " pixels");

    byte[] first = Files.readAllBytes(file);
    Cli.run(arguments).succeeded();
    assertEquals(-1, Files.mismatch(file, Files.write(folder.resolve("first"), first)));
  }

  /** Writes a picture of what is given, and names it from the working folder. */
  private Path mask(int[][] greys) throws IOException {
    Path mask = Pictures.write(folder.resolve("mask.png"), Pictures.grey(greys));
    return Path.of("").toAbsolutePath().relativize(mask);
  }

  @Test
  void aRunKeepsThePictureOfWhatIsGiven() throws IOException {
    var greys = new int[28][28];
    for (int[] row : greys) {
      Arrays.fill(row, 0, 14, 127);
      Arrays.fill(row, 14, 28, 128);
    }
    Path mask = mask(greys);
    Path run = folder.resolve("run");
    SmallRuns.train(
        "cvae", run, "--condition=quadrants", "--set", "given=" + mask, "hidden=16", "latent=2");
    Files.delete(mask);

    Path file = folder.resolve("completed.png");
    Cli.run("complete", run.toString(), "--count=1", "--out=" + file).succeeded();
    BufferedImage picture = ImageIO.read(file.toFile());
    assertEquals(128, grey(picture, 0, 0, 13, 0));
    assertNotEquals(128, grey(picture, 0, 0, 14, 0));
    Cli.run("evaluate", run.toString(), "--count=5", "--samples=2", "--baseline").succeeded();
    Cli.run("train", "--resume", run.toString(), "--epochs=2").succeeded();
  }

  private String refused(Path mask) {
    Path run = folder.resolve("refused");
    String failure =
        Cli.run("train", "cvae", "--condition=quadrants", "--out=" + run, "--set=given=" + mask)
            .failure();
    assertFalse(Files.exists(run), "a folder is left");
    return failure;
  }

  @Test
  void picturesThatDoNotTellWhatIsGivenAreRefused() throws IOException {
    for (int value : new int[] {100, 200}) {
      var greys = new int[28][28];
      for (int[] row : greys) {
        Arrays.fill(row, value);
      }
      assertEquals(
          "glimpse: given: the picture is %s everywhere; it must be light where the image is given,"
                  .formatted(value < 128 ? "dark" : "light")
              + " and dark where it is missing",
          refused(mask(greys)));
    }
    assertEquals(
        "glimpse: given: a picture of 28 x 28 is needed, light where the image is given, not of"
            + " 3 x 2",
        refused(mask(new int[2][3])));
    Path missing = folder.resolve("missing.png");
    assertEquals(
        "glimpse: given is 1, 2 or 3 quadrants or a picture; cannot read '%s' (there is no such file)"
            .formatted(missing),
        refused(missing));
    Path broken = Files.writeString(folder.resolve("broken.png"), "no picture");
    assertTrue(refused(broken).contains("cannot read '" + broken + "' (it is no picture"));
  }

  @Test
  void pictureFilesAreCompleted() throws IOException {
    Path white = folder.resolve("white.png");
    Pictures.write(white, Pictures.colour(50, 40, 0xffffff));
    Path file = folder.resolve("completed.png");
    Cli.run("complete", run().toString(), "--image", white.toString(), "--out=" + file).succeeded();
    BufferedImage picture = ImageIO.read(file.toFile());
    assertEquals(CELL + 2, picture.getWidth());
    assertEquals(255, grey(picture, 0, 1, 5, 14));
  }

  @Test
  void mistakesAreNamed() {
    assertEquals(
        "glimpse: a vae has no completions; train a cvae with --condition quadrants for that",
        Cli.run("complete", SmallRuns.perceptron("vae").toString()).failure());
    Path missing = folder.resolve("missing.png");
    String failure = Cli.run("complete", run().toString(), "--image", missing.toString()).failure();
    assertTrue(failure.startsWith("glimpse: " + missing + ": no picture can be read"), failure);
    assertEquals(
        "glimpse: --completions takes 1 or more, not 0",
        Cli.run("complete", run().toString(), "--completions=0").failure());
    assertEquals(
        "glimpse: --condition is for a cvae; this model takes none",
        Cli.run("train", "vae", "--condition=labels").failure());
  }

  @Test
  void likelihoodsAreOfWhatIsMissing() {
    String[] arguments = {
      "evaluate", run().toString(), "--count=40", "--samples=20", "--baseline", "--json"
    };
    JsonObject json =
        JsonParser.parseString(Cli.run(arguments).succeeded().out()).getAsJsonObject();
    double likelihood = json.get("negativeConditionalLogLikelihood").getAsDouble();
    assertTrue(likelihood > 0 && likelihood < -json.get("elbo").getAsDouble(), json::toString);
    double neighbour = json.get("nearestNeighbour").getAsDouble();
    assertTrue(neighbour > 0 && neighbour < 14 * 28 * 2.9, json::toString);
    assertNotEquals(likelihood, neighbour);

    String lines =
        Cli.run("evaluate", run().toString(), "--count=5", "--samples=2").succeeded().out();
    assertTrue(lines.contains("\n-log p(missing | given) "), lines);
    // They are of MNIST.
    assertFalse(lines.contains("Pyro"), lines);
    assertEquals(
        "glimpse: a vae has no completions, which --baseline is for",
        Cli.run("evaluate", SmallRuns.perceptron("vae").toString(), "--baseline").failure());
  }
}
