package dev.glimpse.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureReaderTest {
  @TempDir Path folder;

  @Test
  void greyValuesStayAsTheyAre() throws IOException {
    var ramp = new int[16][16];
    var expected = new int[256];
    for (int i = 0; i < 256; i++) {
      ramp[i / 16][i % 16] = i;
      expected[i] = i;
    }
    assertArrayEquals(expected, read(Pictures.grey(ramp), 16, 1));
    assertArrayEquals(
        new int[] {7, 7, 7, 9, 9, 9, 100, 100, 100, 255, 255, 255},
        read(Pictures.grey(new int[][] {{7, 9}, {100, 255}}), 2, 3));
  }

  @Test
  void coloursBecomeTheirLuma() throws IOException {
    assertArrayEquals(new int[] {10, 200, 30}, read(Pictures.colour(5, 4, 0x0ac81e), 1, 3));
    assertArrayEquals(new int[] {124}, read(Pictures.colour(5, 4, 0x0ac81e), 1, 1));
    assertArrayEquals(new int[] {255}, read(Pictures.colour(5, 4, 0xffffff), 1, 1));
  }

  @Test
  void theMiddleOfALongPictureIsTaken() throws IOException {
    int[][] wide = {{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}};
    assertArrayEquals(new int[] {2, 3, 7, 8}, read(Pictures.grey(wide), 2, 1));
    int[][] tall = {{1, 2}, {3, 4}, {5, 6}, {7, 8}};
    assertArrayEquals(new int[] {3, 4, 5, 6}, read(Pictures.grey(tall), 2, 1));
    int[][] line = {{9, 8, 7}};
    assertArrayEquals(new int[] {8, 8, 8, 8}, read(Pictures.grey(line), 2, 1));
  }

  @Test
  void shrinkingAveragesOverAllThatIsCovered() throws IOException {
    // The weights of 4 to 2 are (3, 3, 1, 0) / 7 and (0, 1, 3, 3) / 7.
    int[] row = {0, 0, 70, 140};
    assertArrayEquals(
        new int[] {10, 90, 10, 90}, read(Pictures.grey(new int[][] {row, row, row, row}), 2, 1));
    int[][] columns = {{0, 0, 0, 0}, {0, 0, 0, 0}, {70, 70, 70, 70}, {140, 140, 140, 140}};
    assertArrayEquals(new int[] {10, 10, 90, 90}, read(Pictures.grey(columns), 2, 1));
    var stripes = new int[64][64];
    for (int[] stripe : stripes) {
      for (int x = 0; x < 64; x += 2) {
        stripe[x] = 200;
      }
    }
    for (int value : read(Pictures.grey(stripes), 4, 1)) {
      assertEquals(100, value, 2);
    }
  }

  @Test
  void growingInterpolates() throws IOException {
    int[][] two = {{0, 100}, {0, 100}};
    int[] row = {0, 25, 75, 100};
    assertArrayEquals(row, Arrays.copyOf(read(Pictures.grey(two), 4, 1), 4));
  }

  @Test
  void aConstantPictureStaysConstant() throws IOException {
    for (int side : new int[] {1, 3, 7, 31, 100}) {
      for (int value : read(Pictures.colour(side, side + 2, 0xffffff), 10, 3)) {
        assertEquals(255, value);
      }
    }
  }

  @Test
  void transparentPartsLieOnWhite() throws IOException {
    var picture = new BufferedImage(2, 2, BufferedImage.TYPE_INT_ARGB);
    picture.setRGB(0, 0, 0x00123456);
    picture.setRGB(1, 0, 0xff123456);
    picture.setRGB(0, 1, 0x33000000);
    assertArrayEquals(
        new int[] {255, 255, 255, 0x12, 0x34, 0x56, 204, 204, 204, 255, 255, 255},
        read(picture, 2, 3));
  }

  @Test
  void palettesAndDeepPicturesAreRead() throws IOException {
    var palette = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_INDEXED);
    palette.setRGB(0, 0, 0xff33cc66);
    assertArrayEquals(new int[] {0x33, 0xcc, 0x66}, read(palette, 1, 3));
    var deep = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setSample(0, 0, 0, 0x8000);
    assertArrayEquals(new int[] {128}, read(deep, 1, 1));
    var bilevel = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_BINARY);
    bilevel.setRGB(1, 0, 0xffffffff);
    assertArrayEquals(new int[] {0, 255, 0, 0}, read(bilevel, 2, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "JPEG", "bmp", "gif", "png"})
  void kindsOfFiles(String kind) throws IOException {
    Path file = Pictures.write(folder.resolve("red." + kind), Pictures.colour(20, 16, 0xcc3333));
    int[] pixel = read(file, 1, 3);
    assertEquals(0xcc, pixel[0], 4);
    assertEquals(0x33, pixel[1], 4);
    assertEquals(0x33, pixel[2], 4);
  }

  @Test
  void greyJpegs() throws IOException {
    Path file = Pictures.write(folder.resolve("grey.jpg"), Pictures.grey(new int[][] {{100, 100}}));
    assertEquals(100, read(file, 1, 1)[0], 2);
  }

  @Test
  void otherBytesAreLeftAlone() throws IOException {
    Path file = Pictures.write(folder.resolve("a.png"), 9);
    byte[] into = new byte[6];
    PictureReader.read(file, new ImageFormat(2, 1), into, 1);
    assertArrayEquals(new byte[] {0, 9, 9, 9, 9, 0}, into);
  }

  @Test
  void whatIsNoPictureIsRefused() throws IOException {
    assertRefused(new byte[0], "it is no picture of a kind that Java reads");
    assertRefused("hello".getBytes(StandardCharsets.UTF_8), "it is no picture");
    var missing = assertThrows(IOException.class, () -> read(folder.resolve("missing.png"), 1, 1));
    assertTrue(missing.getMessage().contains("missing.png"), missing.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg", "bmp", "gif"})
  void truncatedFilesAreRefused(String kind) throws IOException {
    byte[] whole = noise(kind);
    for (int length = 0; length < whole.length - whole.length / 8; length += 37) {
      assertRefused(Arrays.copyOf(whole, length), "");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg", "bmp", "gif"})
  void damagedFilesRaiseNoOtherException(String kind) throws IOException {
    byte[] whole = noise(kind);
    var random = new SplittableRandom(3);
    for (int turn = 0; turn < 300; turn++) {
      byte[] damaged = whole.clone();
      for (int i = 0; i < 4; i++) {
        damaged[random.nextInt(i % 2 == 0 ? damaged.length : 40)] = (byte) random.nextInt();
      }
      try {
        read(Files.write(folder.resolve("damaged"), damaged), 4, 3);
      } catch (IOException e) {
        assertNotNull(e.getMessage());
      }
    }
  }

  @Test
  void aPictureThatClaimsToBeHugeTakesNoMemory() throws IOException {
    byte[] png = Files.readAllBytes(Pictures.write(folder.resolve("a.png"), 1));
    ByteBuffer.wrap(png).putInt(16, 40_000).putInt(20, 40_000);
    var crc = new CRC32();
    crc.update(png, 12, 17);
    ByteBuffer.wrap(png).putInt(29, (int) crc.getValue());
    assertRefused(png, "it has 40000 x 40000 pixels, too many");
  }

  private void assertRefused(byte[] content, String part) throws IOException {
    Path file = Files.write(folder.resolve("broken"), content);
    var error = assertThrows(IOException.class, () -> read(file, 2, 3));
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }

  private byte[] noise(String kind) throws IOException {
    var picture = Pictures.colour(24, 24, 0);
    var random = new SplittableRandom(1);
    for (int i = 0; i < 24 * 24; i++) {
      picture.setRGB(i % 24, i / 24, random.nextInt());
    }
    return Files.readAllBytes(Pictures.write(folder.resolve("noise." + kind), picture));
  }

  private int[] read(BufferedImage picture, int size, int channels) throws IOException {
    return read(Pictures.write(folder.resolve("picture.png"), picture), size, channels);
  }

  private static int[] read(Path file, int size, int channels) throws IOException {
    byte[] into = new byte[size * size * channels];
    PictureReader.read(file, new ImageFormat(size, channels), into, 0);
    int[] values = new int[into.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = into[i] & 0xff;
    }
    return values;
  }
}
