package dev.glimpse.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  private static final ImageFormat GREY = new ImageFormat(2, 1);

  @TempDir Path folder;

  private final List<String> warnings = new ArrayList<>();

  @Test
  void aboutOneInTenIsForTesting() throws IOException {
    writeNumbered(40);
    Splits splits = read();
    // What every machine must find.
    assertEquals(List.of(26, 36), firstPixels(splits.test()));
    assertEquals(List.of(29, 35, 8, 10), firstPixels(splits.validation()));
    var all = new TreeSet<>(firstPixels(splits.train()));
    all.addAll(firstPixels(splits.validation()));
    all.addAll(firstPixels(splits.test()));
    assertEquals(40, all.size());
    assertFalse(splits.train().labelled());
    assertEquals(List.of(), warnings);
    assertEquals(String.valueOf(folder.getFileName()), splits.train().name());
  }

  @Test
  void picturesThatComeLaterLeaveTheOthersInTheirParts() throws IOException {
    writeNumbered(100);
    Splits before = read();
    for (int i = 0; i < 50; i++) {
      Pictures.write(folder.resolve("00" + i + "-later.png"), 100 + i);
    }
    Splits after = read();
    assertEquals(firstPixels(before.test()), early(after.test()));
    assertEquals(firstPixels(before.validation()), early(after.validation()));
    assertEquals(firstPixels(before.train()), early(after.train()));
    assertTrue(after.test().size() > before.test().size());
  }

  private static List<Integer> early(ImageSet images) {
    return firstPixels(images).stream().filter(pixel -> pixel < 100).toList();
  }

  @Test
  void theOrderOfTrainingIsMixedAndAlwaysTheSame() throws IOException {
    writeNumbered(40);
    List<Integer> order = firstPixels(read().train());
    assertEquals(order, firstPixels(read().train()));
    assertFalse(order.equals(List.copyOf(new TreeSet<>(order))), order.toString());
    // What every machine must find.
    assertEquals(List.of(6, 3, 15, 18, 38, 21), order.subList(0, 6));
  }

  @Test
  void picturesGetTheFormThatIsAskedFor() throws IOException {
    for (int i = 0; i < 3; i++) {
      Pictures.write(folder.resolve(i + ".png"), Pictures.colour(6 + i, 4, 0x0a141e));
    }
    ImageSet train = ImageFolder.read(folder, new ImageFormat(3, 3)).train();
    assertEquals(3, train.height());
    assertEquals(3, train.width());
    assertEquals(3, train.channels());
    for (int i = 0; i < 27; i++) {
      assertEquals(10 * (1 + i % 3), train.pixel(0, i));
    }
    assertEquals(1, read().train().channels());
  }

  @Test
  void subFoldersAreClasses() throws IOException {
    for (int i = 0; i < 10; i++) {
      Pictures.write(folder.resolve("zebra/deep/down/" + i + ".jpg"), 200);
      Pictures.write(folder.resolve("ant/" + i + ".png"), 10);
      Pictures.write(folder.resolve("bee/" + i + ".PNG"), 100);
    }
    Files.createDirectories(folder.resolve("empty"));
    Files.writeString(Files.createDirectories(folder.resolve("notes")).resolve("a.txt"), "text");
    Splits splits = read();
    for (ImageSet part : List.of(splits.train(), splits.validation(), splits.test())) {
      assertEquals(3, part.classes());
      for (int i = 0; i < part.size(); i++) {
        assertEquals(new int[] {10, 100, 200}[part.label(i)], part.pixel(i, 0), 1);
      }
    }
    assertEquals(List.of("ant", "bee", "zebra"), splits.test().classNames());
  }

  @Test
  void classesThatAreNumbersAreInTheirOrder() throws IOException {
    for (int i = 0; i <= 10; i++) {
      Pictures.write(folder.resolve("%d/a.png".formatted(i)), 10 * i);
    }
    ImageSet train = read().train();
    assertEquals("[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", "" + train.classNames());
    for (int i = 0; i < train.size(); i++) {
      assertEquals(10 * train.label(i), train.pixel(i, 0));
    }
    assertEquals(List.of("10", "2", "a"), ClassNames.sorted(List.of("a", "2", "10")));
    assertEquals(List.of("01", "1", "2"), ClassNames.sorted(List.of("2", "1", "01")));
    List<String> many = ClassNames.numbers(21);
    assertEquals("19, ... (21)", ClassNames.listed(many).substring(66));
    assertEquals("0, 1", ClassNames.listed(many.subList(0, 2)));
  }

  @Test
  void trainAndTestAreTheParts() throws IOException {
    for (int i = 0; i < 24; i++) {
      Pictures.write(folder.resolve("train/b/" + i + ".png"), i);
      Pictures.write(folder.resolve("train/a/" + i + ".png"), 100 + i);
    }
    Pictures.write(folder.resolve("test/b/x.png"), 255);
    Files.createFile(folder.resolve("test/b/y.png"));
    Splits splits = read();
    assertTrue(warnings.get(0).contains("1 of 50 pictures cannot be read"), warnings.get(0));
    assertTrue(warnings.get(0).contains(": test/b/y.png (it is no picture"), warnings.get(0));
    assertEquals(48, splits.train().size() + splits.validation().size());
    assertEquals(List.of(255), firstPixels(splits.test()));
    assertEquals(1, splits.test().label(0));
    assertEquals(2, splits.test().classes());
    for (int i = 0; i < splits.train().size(); i++) {
      assertEquals(splits.train().pixel(i, 0) >= 100 ? 0 : 1, splits.train().label(i));
    }
  }

  @Test
  void partsMayHaveNoLabels() throws IOException {
    for (int i = 0; i < 4; i++) {
      Pictures.write(folder.resolve("train/" + i + ".png"), i);
      Pictures.write(folder.resolve("test/" + i + ".png"), 10 + i);
    }
    Splits splits = read();
    assertEquals(List.of(10, 11, 12, 13), firstPixels(splits.test()));
    assertEquals(0, splits.train().classes());
  }

  @Test
  void partsThatDoNotFitAreRefused() throws IOException {
    for (int i = 0; i < 3; i++) {
      Pictures.write(folder.resolve("train/a/" + i + ".png"), i);
    }
    assertRefused("train are no classes but parts of a data set");
    Path val = Pictures.write(folder.resolve("val/a/0.png"), 9);
    assertRefused("train, val are no classes but parts of a data set");
    Files.createDirectories(folder.resolve("test"));
    assertRefused("there are pictures outside of train and test");
    Files.delete(val);
    assertRefused("test has no pictures");
    Path loose = Pictures.write(folder.resolve("test/0.png"), 9);
    assertRefused("only one of train and test has classes");
    Files.delete(loose);
    Pictures.write(folder.resolve("test/c/0.png"), 9);
    assertRefused("the class c of test is not in train");
  }

  @Test
  void picturesBesideClassesAreRefused() throws IOException {
    Pictures.write(folder.resolve("cats/0.png"), 1);
    Pictures.write(folder.resolve("stray.png"), 1);
    assertRefused("stray.png lies beside folders with pictures (cats)");
  }

  @Test
  void brokenPicturesAreLeftOutWithAWarning() throws IOException {
    for (int i = 0; i < 12; i++) {
      Pictures.write(folder.resolve("%s/%02d.png".formatted(i % 2 == 0 ? "a" : "b", i)), i);
    }
    Files.writeString(folder.resolve("a/04.png"), "no picture");
    Files.write(folder.resolve("b/05.jpg"), new byte[0]);
    Splits splits = read();
    int size = splits.train().size() + splits.validation().size() + splits.test().size();
    assertEquals(11, size);
    for (ImageSet part : List.of(splits.train(), splits.validation(), splits.test())) {
      for (int i = 0; i < part.size(); i++) {
        assertEquals(part.pixel(i, 0) % 2, part.label(i));
        assertTrue(part.pixel(i, 0) != 4);
      }
    }
    String reason = "it is no picture of a kind that Java reads";
    assertEquals(
        List.of(
            "%s: 2 of 13 pictures cannot be read and are left out: a/04.png (%s), b/05.jpg (%s)"
                .formatted(folder, reason, reason)),
        warnings);
  }

  @Test
  void aBrokenTestPictureIsLeftOutLikeAnyOther() throws IOException {
    for (int i = 0; i < 6; i++) {
      Pictures.write(folder.resolve(i < 4 ? "train" : "test").resolve("a").resolve(i + ".png"), i);
    }
    Files.writeString(folder.resolve("test").resolve("a").resolve("6.png"), "no picture");
    assertEquals(2, read().test().size());
    assertEquals(1, warnings.size());
    assertTrue(
        warnings.get(0).contains("1 of 7 pictures cannot be read and are left out: test/a/6.png"),
        warnings.get(0));
  }

  @Test
  void aLongListOfBrokenPicturesIsCut() throws IOException {
    writeNumbered(12);
    for (int i = 0; i < 5; i++) {
      Files.createFile(folder.resolve("broken" + i + ".png"));
    }
    read();
    String warning = warnings.get(0);
    assertTrue(warning.contains("5 of 17") && warning.contains("broken2.png"), warning);
    assertTrue(!warning.contains("broken3.png") && warning.endsWith(", ..."), warning);
  }

  @Test
  void nothingButBrokenPicturesIsAnError() throws IOException {
    for (int i = 0; i < 12; i++) {
      Files.createFile(folder.resolve(i + ".png"));
    }
    assertRefused("none of the 12 pictures can be read: 0.png (it is no picture of a kind");
  }

  @Test
  void tooFewPicturesAreAnError() throws IOException {
    writeNumbered(2);
    assertRefused("too few pictures: 1 to train and validate, 1 to test; 2 and 1 are needed");
    writeNumbered(3);
    assertEquals(1, read().validation().size());
  }

  @Test
  void nothingIsAnError() throws IOException {
    assertRefused("no pictures (names ending in bmp, gif, ");
    Files.writeString(folder.resolve("png"), "not even a name");
    Pictures.write(folder.resolve(".hidden.png"), 1);
    Pictures.write(folder.resolve(".cache/shown.png"), 1);
    assertRefused("no pictures (names ending in bmp, gif, ");
  }

  @Test
  void moreThanTwoGibibytesAreAnError() throws IOException {
    writeNumbered(30);
    var format = new ImageFormat(6000, 3);
    var error = assertThrows(DataException.class, () -> ImageFolder.read(folder, format));
    assertEquals(
        folder
            + ": 30 images of 6000 x 6000 x 3 take 3,240,000,000 bytes, and more than 2 GiB cannot"
            + " be held; use a smaller data.size, data.channels=1, or fewer pictures",
        error.getMessage());
  }

  @Test
  void linksAreFollowed() throws IOException {
    Path elsewhere = folder.resolve("elsewhere");
    for (int i = 0; i < 3; i++) {
      Pictures.write(elsewhere.resolve(i + ".png"), i);
    }
    Path link = Files.createSymbolicLink(folder.resolve("link"), elsewhere);
    assertEquals(
        firstPixels(ImageFolder.read(elsewhere, GREY).test()),
        firstPixels(ImageFolder.read(link, GREY).test()));
    Files.createSymbolicLink(elsewhere.resolve("nowhere.png"), folder.resolve("nothing"));
    ImageFolder.read(elsewhere, GREY, warnings::add);
    assertTrue(warnings.get(0).contains("1 of 4 pictures cannot be read"), warnings.get(0));
  }

  @Test
  void formats() {
    assertThrows(IllegalArgumentException.class, () -> new ImageFormat(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new ImageFormat(8, 2));
    assertThrows(DataException.class, () -> new ImageFormat(Integer.MAX_VALUE, 3));
    assertThrows(DataException.class, () -> new ImageFormat(30_000, 3));
  }

  /** Files 000.png, 001.png, ... with that value in every pixel. */
  private void writeNumbered(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      Pictures.write(folder.resolve("%03d.png".formatted(i)), i);
    }
  }

  private Splits read() {
    return ImageFolder.read(folder, GREY, warnings::add);
  }

  private static List<Integer> firstPixels(ImageSet images) {
    return IntStream.range(0, images.size()).mapToObj(i -> images.pixel(i, 0)).toList();
  }

  private void assertRefused(String part) {
    var error = assertThrows(DataException.class, this::read);
    assertTrue(error.getMessage().startsWith(folder + ": "), error.getMessage());
    assertTrue(error.getMessage().contains(part), error.getMessage());
    assertEquals(1, error.getMessage().lines().count());
  }
}
