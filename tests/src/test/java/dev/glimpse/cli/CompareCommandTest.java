package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.train.Evaluation;
import dev.glimpse.train.RunFolder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
  private static final int CELL = 2 * 28 + 2;
  private static final int CAPTION = 26;

  @TempDir private Path folder;

  private Path compare(Path first, Path second) {
    Path file = folder.resolve("compared.png");
    Cli compared =
        Cli.run("compare", first.toString(), second.toString(), "--out=" + file).succeeded();
    assertTrue(compared.out().contains(file.toString()), compared.out());
    return file;
  }

  private static void assertSheet(Path file, int rows, int captions) throws IOException {
    BufferedImage sheet = ImageIO.read(file.toFile());
    assertEquals(16 * CELL + 2, sheet.getWidth());
    assertEquals(rows * CELL + captions * (CAPTION + 2), sheet.getHeight());
  }

  @Test
  void imagesReconstructionsAndSamplesOfBoth() throws IOException {
    Path vae = SmallRuns.perceptron("vae");
    assertSheet(compare(vae, SmallRuns.convolutional("vaegan")), 1 + 2 + 2 * 3, 5);
    // A GAN has no codes, and so no reconstructions.
    assertSheet(compare(vae, SmallRuns.convolutional("cgan")), 1 + 1 + 2 * 3, 4);
  }

  @Test
  void qualitiesAreSideBySide() throws IOException {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    SmallRuns.train("vae", first, "--set", "hidden=16", "latent=2");
    SmallRuns.train("vae", second, "--set", "hidden=16", "latent=2");
    Map<String, Double> values =
        Map.of("fid", 12.5, "fidReconstructions", 3.25, "fidReal", 0.5, "judgedAgainst", 605.0);
    RunFolder.open(first).append(new Evaluation(1, 1, "test", values, 1));
    String out =
        Cli.run("compare", first.toString(), second.toString(), "--device=best").succeeded().out();
    assertTrue(out.contains("the quality of " + second + " was not measured"), out);
    assertTrue(out.contains(second.resolve("samples").resolve("comparison.png").toString()), out);
    assertTrue(out.matches("(?s).*\nFID +12\\.500 +- +0\\.500\n.*"), out);
    assertTrue(out.matches("(?s).*\nFID +3\\.250 +- +0\\.500\n.*"), out);
    assertFalse(out.contains("these do not compare"), out);

    String data = RunFolder.open(second).config().data();
    Path config = second.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace(data, "elsewhere"));
    String others = Cli.run("compare", "" + first, "" + second, "--device=best").succeeded().out();
    assertTrue(
        others.contains("judged by its own images, of %s and elsewhere".formatted(data)), others);
  }

  @Test
  void aModelWithoutSamplesIsRefused() {
    String failure =
        Cli.run(
                "compare",
                SmallRuns.perceptron("vae").toString(),
                SmallRuns.perceptron("cvae", "condition=quadrants").toString())
            .failure();
    assertEquals("glimpse: a cvae that completes images has no samples", failure);
    assertEquals(2, Cli.run("compare", SmallRuns.perceptron("vae").toString()).exitCode());
  }
}
