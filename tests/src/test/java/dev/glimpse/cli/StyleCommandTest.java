package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.data.Pictures;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StyleCommandTest {
  private static final int CELL = 2 * 28 + 2;

  @TempDir private Path folder;

  @Test
  void drawsAllLabelsAndMeasuresThem() throws IOException {
    Path run = SmallRuns.perceptron("cvae");
    Path file = folder.resolve("styles.png");
    Cli drawn =
        Cli.run("style", run.toString(), "--count=7", "--measure", "--out=" + file).succeeded();
    BufferedImage picture = ImageIO.read(file.toFile());
    assertEquals(11 * CELL + 2, picture.getWidth());
    assertEquals(7 * CELL + 2, picture.getHeight());
    assertTrue(drawn.out().startsWith(file + "\n100 test images, each in all labels\n"));
    String correlation = " +-?[01]\\.\\d{3}\n";
    assertTrue(
        drawn
            .out()
            .matches(
                "(?s).*\nlabel accuracy +\\d+\\.\\d\\d%\nslant"
                    + correlation
                    + "width"
                    + correlation),
        drawn.out());
  }

  /** The test image's own label, decoded from its code, is its reconstruction. */
  @Test
  void theFirstColumnIsTheImage() throws IOException {
    Path run = SmallRuns.perceptron("cvae");
    Path file = folder.resolve("styles.png");
    Cli.run("style", run.toString(), "--count=10", "--out=" + file).succeeded();
    BufferedImage picture = ImageIO.read(file.toFile());
    for (int row = 0; row < 10; row++) {
      int black = 0;
      for (int i = 0; i < 28 * 28; i++) {
        int value = picture.getRaster().getSample(2 + i % 28 * 2, 2 + row * CELL + i / 28 * 2, 0);
        assertTrue(value == 0 || value == 255, "drawn to black and white");
        black += value == 0 ? 1 : 0;
      }
      assertTrue(black > 400 && black < 28 * 28, "a digit");
    }
  }

  @Test
  void mistakesAreNamed() throws IOException {
    assertEquals(
        "glimpse: a vae does not know labels; train a cvae for that",
        Cli.run("style", SmallRuns.perceptron("vae").toString()).failure());
    assertEquals(
        "glimpse: a cgan has no code for an image",
        Cli.run("style", SmallRuns.convolutional("cgan").toString()).failure());
    String tooMany =
        Cli.run("style", SmallRuns.perceptron("cvae").toString(), "--count=500").failure();
    assertTrue(tooMany.matches("glimpse: .* has only \\d+ images of label \\d; take fewer"));

    Path pictures = folder.resolve("pictures");
    for (int i = 0; i < 60; i++) {
      Path file = pictures.resolve(i % 2 == 0 ? "dark" : "light").resolve(i + ".png");
      Pictures.write(file, Pictures.colour(8, 8, (100 * (i % 2) + i) << 8));
    }
    Path run = folder.resolve("run");
    Cli.run(
            "train",
            "cvae",
            "--data=" + pictures,
            "--out=" + run,
            "--epochs=1",
            "--batch=10",
            "--set",
            "data.size=8",
            "hidden=16",
            "latent=2")
        .succeeded();
    Cli.run("style", run.toString(), "--count=4").succeeded();
    String unreadable = Cli.run("style", run.toString(), "--count=4", "--measure").failure();
    assertTrue(unreadable.contains("not of 8 x 8 x 3 and 2 classes"), unreadable);

    String compared =
        Cli.run("compare", SmallRuns.perceptron("vae").toString(), run.toString()).failure();
    assertTrue(compared.contains("was trained on images of 8 x 8 x 3 and 2 classes"), compared);
  }
}
