package dev.glimpse.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcesTest {
  private static final ImageFormat FORMAT = new ImageFormat(5, 1);

  @TempDir Path folder;

  @Test
  void theBuiltInDigitsHaveThreeDisjointParts() {
    Splits digits = load("digits");
    assertEquals(12_000, digits.train().size());
    assertEquals(2_000, digits.validation().size());
    assertEquals(2_000, digits.test().size());
    byte[] train = ImageSetTest.bytes(digits.train().first(10));
    byte[] validation = ImageSetTest.bytes(digits.validation().first(10));
    byte[] test = ImageSetTest.bytes(digits.test().first(10));
    assertFalse(Arrays.equals(train, validation));
    assertFalse(Arrays.equals(train, test));
    assertFalse(Arrays.equals(validation, test));
  }

  @Test
  void aFolderIsRead() throws IOException {
    var error = assertThrows(DataException.class, () -> load(folder.toString())).getMessage();
    assertTrue(error.startsWith(folder + ": no pictures "), error);
    assertTrue(error.contains("train-images-idx3-ubyte,"), error);
    for (int i = 0; i < 3; i++) {
      Pictures.write(folder.resolve(i + ".png"), i);
    }
    assertEquals(FORMAT.size(), load(folder.toString()).train().width());
    IdxFiles.write(folder, "t10k-labels-idx1-ubyte.gz", IdxFiles.gzip(IdxFiles.labels(3, 2)));
    error = assertThrows(DataException.class, () -> load(folder.toString())).getMessage();
    assertTrue(error.startsWith(folder + ": missing train-images-idx3-ubyte,"), error);
  }

  @Test
  void anythingElseNamesTheChoices() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    var error = assertThrows(DataException.class, () -> load(file.toString())).getMessage();
    assertTrue(error.contains("it is a file, not a folder; use digits"), error);
    error = assertThrows(DataException.class, () -> load("didgits")).getMessage();
    assertTrue(error.startsWith("unknown data 'didgits': "), error);
    assertTrue(error.contains(Path.of("didgits").toAbsolutePath() + " is missing"), error);
    assertTrue(error.contains("digits") && error.contains("mnist"), error);
    assertThrows(DataException.class, () -> load("a\0b"));
  }

  private static Splits load(String source) {
    return Sources.load(source, FORMAT, 1);
  }
}
