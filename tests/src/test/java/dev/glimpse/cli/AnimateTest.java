package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnimateTest {
  /** An enlarged image and the padding behind it. */
  private static final int CELL = 3 * 28 + 4;

  private static final int RED = 0xfff03c3c;
  private static final int GREEN = 0xff3cdc3c;

  @TempDir private Path folder;

  private static Path draw(String... settings) {
    return SmallRuns.perceptron("draw", settings);
  }

  private static void assertFrames(int frames, int columns, int height, Path gif)
      throws IOException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
    try (var stream = ImageIO.createImageInputStream(gif.toFile())) {
      reader.setInput(stream);
      assertEquals(frames, reader.getNumImages(true));
      assertEquals(columns * CELL + 4, reader.getWidth(0));
      assertEquals(height, reader.getHeight(0));
    } finally {
      reader.dispose();
    }
  }

  private static long pixels(BufferedImage picture, int colour) {
    long count = 0;
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        count += picture.getRGB(x, y) == colour ? 1 : 0;
      }
    }
    return count;
  }

  @Test
  void aTrainingEndsWithDrawingsInItsReport() throws IOException {
    Path run = draw("glimpses=3");
    assertFrames(3, 8, 8 * CELL + 4, run.resolve("samples/drawing.gif"));
    assertFrames(3, 8, 2 * (CELL + 3 * 28) + 4, run.resolve("samples/redrawing.gif"));
    String report = Files.readString(run.resolve("report.html"));
    assertTrue(report.contains("data:image/gif;base64,"));
    assertTrue(report.contains("New images, drawn"));
    assertTrue(report.contains("Test images, drawn again"));
  }

  @Test
  void samplesAreWatchedWhileTheyAreDrawn() throws IOException {
    Path run = draw("glimpses=3");
    Path gif = folder.resolve("a.gif");
    Path sheet = folder.resolve("a-sheet.png");
    Cli sampled =
        Cli.run("sample", run.toString(), "--animate", "--count=5", "--out", gif.toString())
            .succeeded();
    assertEquals(gif + System.lineSeparator() + sheet, sampled.out().strip());
    assertFrames(3, 5, CELL + 4, gif);
    BufferedImage picture = ImageIO.read(sheet.toFile());
    assertEquals(3 * CELL + 4, picture.getWidth());
    assertEquals(5 * CELL + 4, picture.getHeight());
    assertNotEquals(0, pixels(picture, RED));
    assertEquals(0, pixels(picture, GREEN));
    byte[] first = Files.readAllBytes(sheet);
    Cli.run("sample", run.toString(), "--animate", "--count=5", "--out", gif.toString());
    assertEquals(-1, Files.mismatch(sheet, Files.write(folder.resolve("first"), first)));
  }

  @Test
  void reconstructionsShowWhereItLooks() throws IOException {
    Path gif = folder.resolve("again.gif");
    Path run = draw("glimpses=3");
    Cli.run("reconstruct", run.toString(), "--animate", "--count=2", "--out", gif.toString())
        .succeeded();
    assertFrames(3, 2, CELL + 3 * 28 + 4, gif);
    BufferedImage sheet = ImageIO.read(folder.resolve("again-sheet.png").toFile());
    assertNotEquals(0, pixels(sheet, RED));
    assertNotEquals(0, pixels(sheet, GREEN));
  }

  @Test
  void withoutAttentionThereAreNoFrames() throws IOException {
    Path run = draw("glimpses=2", "attention=false");
    Cli.run("reconstruct", run.toString(), "--animate", "--count=2").succeeded();
    BufferedImage sheet = ImageIO.read(run.resolve("samples/redrawing-sheet.png").toFile());
    assertEquals(0, pixels(sheet, RED) + pixels(sheet, GREEN));
  }

  @Test
  void aLabelIsDrawn() throws IOException {
    Path run = SmallRuns.perceptron("cdraw", "glimpses=2");
    Cli.run("sample", run.toString(), "--animate", "--label=3", "--count=4").succeeded();
    assertFrames(2, 4, CELL + 4, run.resolve("samples/drawing.gif"));
  }

  @Test
  void noiseIsMoved() throws IOException {
    Path run = SmallRuns.flowMatching();
    Cli.run("sample", run.toString(), "--animate", "--label=3", "--count=4").succeeded();
    assertFrames(3, 4, CELL + 4, run.resolve("samples/drawing.gif"));
    BufferedImage sheet = ImageIO.read(run.resolve("samples/drawing-sheet.png").toFile());
    assertEquals(0, pixels(sheet, RED));
  }

  @Test
  void otherModelsAndFilesAreRefused() {
    Path vae = SmallRuns.perceptron("vae");
    String message = Cli.run("sample", vae.toString(), "--animate").failure();
    assertEquals(
        "glimpse: a vae has no steps to watch; draw, cdraw, drawgan, flowmatch and cflowmatch do",
        message);
    message = Cli.run("reconstruct", vae.toString(), "--animate").failure();
    assertEquals(
        "glimpse: a vae has no glimpses to watch; draw, cdraw and drawgan draw in such steps",
        message);
    String png =
        Cli.run("sample", draw("glimpses=3").toString(), "--animate", "--out=a.png").failure();
    assertEquals("glimpse: --out: an animation is a file *.gif, not a.png", png);
  }
}
