package dev.glimpse.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxReaderTest {
  @TempDir Path folder;

  @Test
  void readsAnySizePlainOrPackedWhateverTheName() throws IOException {
    Path labels = IdxFiles.write(folder, "labels", IdxFiles.labels(7, 3));
    byte[] images = IdxFiles.images(7, 5, 9);
    for (byte[] content : new byte[][] {images, IdxFiles.gzip(images)}) {
      ImageSet set = IdxReader.read(IdxFiles.write(folder, "images.gz", content), labels, 3);
      assertEquals("images.gz: 7 images of 5 x 9 x 1, 3 classes", set.toString());
      assertEquals(45 * 4 + 11, set.pixel(4, 11));
      assertEquals(1, set.label(4));
    }
  }

  @Test
  void readsMoreThanOneChunk() throws IOException {
    Path labels = IdxFiles.write(folder, "labels", IdxFiles.labels(3, 2));
    Path images = IdxFiles.write(folder, "images", IdxFiles.gzip(IdxFiles.images(3, 1000, 1000)));
    ImageSet set = IdxReader.read(images, labels, 2);
    assertEquals(2_999_999 & 0xff, set.pixel(2, 999_999));
  }

  @Test
  void wrongMagic() throws IOException {
    Path file = IdxFiles.write(folder, "images", IdxFiles.labels(20, 2));
    assertFails(
        file, "at byte 0: expected the magic number 0x00000803 of IDX images, found 0x00000801");
  }

  @Test
  void truncated() throws IOException {
    byte[] whole = IdxFiles.images(7, 5, 9);
    for (int length : new int[] {0, 3, 15, 16, 17, whole.length - 1}) {
      byte[] part = Arrays.copyOf(whole, length);
      int expected = length < 16 ? 16 : whole.length;
      String message =
          "at byte %d: expected %d bytes in all, found the end of the file: it is truncated"
              .formatted(length, expected);
      assertFails(IdxFiles.write(folder, "images", part), message);
      assertFails(IdxFiles.write(folder, "images.gz", IdxFiles.gzip(part)), message);
    }
  }

  @Test
  void trailingBytes() throws IOException {
    byte[] whole = IdxFiles.images(7, 5, 9);
    byte[] longer = Arrays.copyOf(whole, whole.length + 5);
    String message = "at byte 331: expected the end of the file, found 5 more bytes";
    assertFails(IdxFiles.write(folder, "images", longer), message);
    assertFails(IdxFiles.write(folder, "images.gz", IdxFiles.gzip(longer)), message);
  }

  @Test
  void sizesThatAreZeroNegativeOrTooLarge() throws IOException {
    assertFails(header(7, 0, 9), "at byte 8: expected sizes of 1 or more");
    assertFails(header(-7, 5, 9), "at byte 4: expected sizes of 1 or more");
    assertFails(header(Integer.MAX_VALUE, Integer.MAX_VALUE, 4), "found [2147483647");
    assertFails(header(70_000, 65_536, 65_536), "at byte 8");
    // Two billion bytes are claimed, none are there: found out without making room for them.
    assertFails(header(2000, 1000, 1000), "expected 2000000016 bytes in all");
  }

  @Test
  void corruptGzip() throws IOException {
    byte[] packed = IdxFiles.gzip(IdxFiles.images(7, 5, 9));
    byte[] wrongSum = packed.clone();
    wrongSum[packed.length - 6] ^= 1;
    assertFails(IdxFiles.write(folder, "a", wrongSum), "corrupt gzip data");
    byte[] cutTrailer = Arrays.copyOf(packed, packed.length - 4);
    assertFails(IdxFiles.write(folder, "b", cutTrailer), "corrupt gzip data");
    byte[] cut = Arrays.copyOf(packed, packed.length / 2);
    assertFails(IdxFiles.write(folder, "c", cut), "it is truncated");
    assertFails(IdxFiles.write(folder, "d", Arrays.copyOf(packed, 4)), "corrupt gzip data");
  }

  @Test
  void countsAndLabelsThatDoNotFit() throws IOException {
    Path images = IdxFiles.write(folder, "images", IdxFiles.images(7, 5, 9));
    Path few = IdxFiles.write(folder, "few", IdxFiles.labels(6, 3));
    var error = assertThrows(DataException.class, () -> IdxReader.read(images, few, 3));
    assertEquals(
        "%s: at byte 4: expected 7 labels, one for each image of %s, found 6"
            .formatted(few, images),
        error.getMessage());
    Path high = IdxFiles.write(folder, "high", IdxFiles.labels(7, 4));
    error = assertThrows(DataException.class, () -> IdxReader.read(images, high, 3));
    assertEquals(high + ": at byte 11: expected a label in 0..2, found 3", error.getMessage());
  }

  @Test
  void missingAndUnreadableFiles() {
    assertFails(folder.resolve("nowhere"), "there is no such file");
    assertFails(folder, "cannot be read");
  }

  @Test
  void readsAFolderAndCutsTheValidationSet() throws IOException {
    writeFolder(24, 10, 5);
    Splits splits = IdxReader.readFolder(folder);
    assertEquals(22, splits.train().size());
    assertEquals(2, splits.validation().size());
    assertEquals(10, splits.test().size());
    assertEquals(5, splits.train().classes());
    assertEquals(22 * 6 & 0xff, splits.validation().pixel(0, 0));
    assertEquals(22 % 5, splits.validation().label(0));
  }

  @Test
  void aFolderSaysWhatIsMissing() throws IOException {
    IdxFiles.write(folder, "train-images-idx3-ubyte", IdxFiles.images(2, 2, 3));
    IdxFiles.write(folder, "t10k-labels-idx1-ubyte.gz", IdxFiles.labels(2, 3));
    var error = assertThrows(DataException.class, () -> IdxReader.readFolder(folder));
    assertEquals(
        folder
            + ": missing train-labels-idx1-ubyte, t10k-images-idx3-ubyte"
            + " (looked for these names, plain or ending in .gz)",
        error.getMessage());
  }

  @Test
  void aFolderMustFitTogether() throws IOException {
    writeFolder(24, 10, 3);
    IdxFiles.write(folder, "t10k-labels-idx1-ubyte.gz", IdxFiles.labels(10, 4));
    assertThrows(DataException.class, () -> IdxReader.readFolder(folder));
    writeFolder(24, 10, 3);
    IdxFiles.write(folder, "t10k-images-idx3-ubyte.gz", IdxFiles.images(10, 2, 2));
    var error = assertThrows(DataException.class, () -> IdxReader.readFolder(folder));
    assertTrue(error.getMessage().startsWith("parts of a data set differ"), error.getMessage());
    writeFolder(1, 10, 1);
    assertThrows(DataException.class, () -> IdxReader.readFolder(folder));
  }

  private void writeFolder(int train, int test, int classes) throws IOException {
    IdxFiles.write(folder, "train-images-idx3-ubyte", IdxFiles.images(train, 2, 3));
    IdxFiles.write(folder, "train-labels-idx1-ubyte", IdxFiles.labels(train, classes));
    IdxFiles.write(folder, "t10k-images-idx3-ubyte.gz", IdxFiles.gzip(IdxFiles.images(test, 2, 3)));
    IdxFiles.write(
        folder, "t10k-labels-idx1-ubyte.gz", IdxFiles.gzip(IdxFiles.labels(test, classes)));
  }

  private Path header(int count, int height, int width) throws IOException {
    var bytes = ByteBuffer.allocate(16).putInt(IdxReader.IMAGES);
    return IdxFiles.write(
        folder, "header", bytes.putInt(count).putInt(height).putInt(width).array());
  }

  private void assertFails(Path images, String part) {
    var error =
        assertThrows(DataException.class, () -> IdxReader.read(images, Path.of("unused"), 10));
    assertTrue(error.getMessage().startsWith(images + ": "), error.getMessage());
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }
}
