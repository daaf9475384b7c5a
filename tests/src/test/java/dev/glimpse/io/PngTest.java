package dev.glimpse.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PngTest {
  @TempDir Path folder;

  @Test
  void laysGreyImagesOutInAGrid() throws IOException {
    var images =
        FloatBuffer.wrap(new float[] {0, 1, 0.5f, Float.NaN, -3, 7, 0.2f, 0.4f, 0.6f, 0.8f, 1, 0});
    Path file = folder.resolve("out/grid.png");
    Png.write(file, Png.grid(images, 3, 2, 2, 1, 2, 1));
    BufferedImage picture = ImageIO.read(file.toFile());
    assertEquals(7, picture.getWidth());
    assertEquals(7, picture.getHeight());
    int[][] expected = {
      {96, 96, 96, 96, 96, 96, 96},
      {96, 0, 255, 96, 0, 255, 96},
      {96, 128, 0, 96, 51, 102, 96},
      {96, 96, 96, 96, 96, 96, 96},
      {96, 153, 204, 96, 96, 96, 96},
      {96, 255, 0, 96, 96, 96, 96},
      {96, 96, 96, 96, 96, 96, 96},
    };
    for (int y = 0; y < 7; y++) {
      for (int x = 0; x < 7; x++) {
        assertEquals(expected[y][x], picture.getRaster().getSample(x, y, 0), x + ", " + y);
      }
    }
    try (var files = Files.list(file.getParent())) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void writesColour() throws IOException {
    var images = FloatBuffer.wrap(new float[] {1, 0, 0, 0, 0.2f, 1});
    Path file = folder.resolve("colour.png");
    Png.write(file, Png.grid(images, 2, 1, 1, 3, 2, 0));
    BufferedImage picture = ImageIO.read(file.toFile());
    assertEquals(0xffff0000, picture.getRGB(0, 0));
    assertEquals(0xff0033ff, picture.getRGB(1, 0));
  }

  @Test
  void refusesWhatDoesNotFit() {
    var images = FloatBuffer.allocate(11);
    Path file = folder.resolve("x.png");
    assertThrows(IllegalArgumentException.class, () -> Png.grid(images, 3, 2, 2, 1, 2, 1));
    assertThrows(IllegalArgumentException.class, () -> Png.grid(images, 1, 2, 2, 2, 2, 1));
    assertThrows(IllegalArgumentException.class, () -> Png.grid(images, 0, 2, 2, 1, 2, 1));
  }
}
