package dev.glimpse.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

class AnimatedGifTest {
  private static final int SIDE = 12;

  @TempDir private Path folder;

  /** Squares whose pixel (x, y) has the grey x + y + 40 times their number. */
  private static List<BufferedImage> frames() {
    var frames = new ArrayList<BufferedImage>();
    for (int i = 0; i < 3; i++) {
      var frame = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
          frame.setRGB(x, y, 0x010101 * (x + y + 40 * i));
        }
      }
      frames.add(frame);
    }
    return frames;
  }

  @Test
  void framesDelaysAndTheLoopAreReadBack() throws IOException {
    Path file = folder.resolve("a.gif");
    AnimatedGif.write(file, frames(), 15, 200);
    ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
    try (var stream = ImageIO.createImageInputStream(file.toFile())) {
      reader.setInput(stream);
      assertEquals(3, reader.getNumImages(true));
      for (int i = 0; i < 3; i++) {
        assertEquals(0xff000000 | 0x010101 * (7 + 40 * i), reader.read(i).getRGB(3, 4));
        var root =
            (IIOMetadataNode) reader.getImageMetadata(i).getAsTree("javax_imageio_gif_image_1.0");
        var control = (Element) root.getElementsByTagName("GraphicControlExtension").item(0);
        assertEquals(i == 2 ? "200" : "15", control.getAttribute("delayTime"));
        var loop = (IIOMetadataNode) root.getElementsByTagName("ApplicationExtension").item(0);
        assertEquals("NETSCAPE", loop.getAttribute("applicationID"));
        assertArrayEquals(new byte[] {1, 0, 0}, (byte[]) loop.getUserObject());
      }
    } finally {
      reader.dispose();
    }
  }

  @Test
  void aFailureLeavesNothing() throws IOException {
    assertThrows(
        IllegalArgumentException.class,
        () -> AnimatedGif.write(folder.resolve("none.gif"), List.of(), 1, 1));
    Path noFolder = Files.writeString(folder.resolve("file"), "in the way").resolve("a.gif");
    assertThrows(UncheckedIOException.class, () -> AnimatedGif.write(noFolder, frames(), 1, 1));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(folder.resolve("file")), left.toList());
    }
  }
}
