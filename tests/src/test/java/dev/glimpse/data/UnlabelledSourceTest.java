package dev.glimpse.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images to learn from without labels, and pictures that a user names. */
class UnlabelledSourceTest {
  private static final ImageSet LIKE =
      new ImageSet("like", 4, 4, 1, new byte[3 * 16], new int[] {0, 1, 0}, 2);

  @TempDir Path folder;

  private ImageSet load() {
    return Sources.unlabelled(folder.toString(), LIKE, 1);
  }

  @Test
  void ofBuiltInDigitsThoseToTrainOn() {
    ImageSet digits = Sources.unlabelled("digits", LIKE, 1);
    assertEquals(12_000, digits.size());
  }

  @Test
  void ofAFolderAllPicturesThatCanBeRead() throws IOException {
    for (int i = 0; i < 11; i++) {
      Pictures.write(folder.resolve(i % 2 == 0 ? "some" : "").resolve(i + ".png"), 10 * i);
    }
    Files.writeString(folder.resolve("broken.png"), "no picture");
    ImageSet images = load();
    assertEquals(11, images.size());
    assertFalse(images.labelled());
    assertEquals(4, images.width());
    assertEquals(1, images.channels());
    Splits splits = new Splits(LIKE, LIKE, LIKE).withUnlabelled(images);
    assertEquals(11, splits.unlabelled().size());
    assertEquals(3, splits.train().size());
  }

  @Test
  void ofPartsTheTrainingImages() throws IOException {
    for (int i = 0; i < 24; i++) {
      Pictures.write(folder.resolve(i < 12 ? "train" : "test").resolve(i + ".png"), i);
    }
    ImageSet images = load();
    assertEquals(11, images.size());
    for (int i = 0; i < images.size(); i++) {
      assertTrue(images.pixel(i, 0) < 12);
    }
  }

  @Test
  void besideADataSetOfTheSamePicturesOnlyItsTrainingPart() throws IOException {
    Path part = Pictures.write(folder.resolve("part").resolve("1.png"), 1).getParent();
    Splits splits = new Splits(LIKE, LIKE, LIKE);
    String whole = folder.toString();
    assertEquals(LIKE, Sources.withUnlabelled(splits, whole, part + "/..", 1).unlabelled());
    for (List<String> both : List.of(List.of(whole, "" + part), List.of("" + part, whole))) {
      String error =
          assertThrows(
                  DataException.class,
                  () -> Sources.withUnlabelled(splits, both.get(0), both.get(1), 1))
              .getMessage();
      assertTrue(error.startsWith(both.get(0) + " and " + both.get(1) + " share"), error);
    }
    // IDX files beside the folder are no pictures in it.
    IdxFiles.write(folder, "train-images-idx3-ubyte", IdxFiles.images(24, 4, 4));
    assertEquals(1, Sources.withUnlabelled(splits, whole, "" + part, 1).unlabelled().size());
  }

  @Test
  void nothingButBrokenPicturesIsAnError() throws IOException {
    Files.writeString(folder.resolve("broken.png"), "no picture");
    String error = assertThrows(DataException.class, this::load).getMessage();
    assertTrue(error.startsWith(folder + ": none of the 1 pictures can be read"), error);
  }

  @Test
  void idxImagesNeedNoLabels() throws IOException {
    IdxFiles.write(folder, "train-images-idx3-ubyte", IdxFiles.images(24, 4, 4));
    ImageSet images = load();
    assertEquals(24, images.size());
    assertFalse(images.labelled());

    // Of a whole data set, the images to validate on are left out.
    IdxFiles.write(folder, "train-labels-idx1-ubyte", IdxFiles.labels(24, 3));
    assertEquals(24, load().size());
    IdxFiles.write(folder, "t10k-images-idx3-ubyte", IdxFiles.images(6, 4, 4));
    IdxFiles.write(folder, "t10k-labels-idx1-ubyte", IdxFiles.labels(6, 3));
    assertEquals(22, load().size());

    Files.delete(folder.resolve("train-images-idx3-ubyte"));
    String error = assertThrows(DataException.class, this::load).getMessage();
    assertTrue(error.startsWith(folder + ": missing train-images-idx3-ubyte (looked"), error);
  }

  @Test
  void imagesOfAnotherSizeAreAnError() throws IOException {
    IdxFiles.write(folder, "train-images-idx3-ubyte", IdxFiles.images(24, 5, 4));
    Splits splits = new Splits(LIKE, LIKE, LIKE);
    ImageSet others = load();
    String error =
        assertThrows(DataException.class, () -> splits.withUnlabelled(others)).getMessage();
    assertEquals(
        "images without labels must be as large as those with labels: %s; %s"
            .formatted(others, LIKE),
        error);
  }

  @Test
  void namedPicturesAreReadAsFarAsTheyCanBe() throws IOException {
    Path good = Pictures.write(folder.resolve("good.png"), 7);
    Path broken = Files.writeString(folder.resolve("broken.png"), "no picture");
    Path more = folder.resolve("more");
    Path deep = Pictures.write(more.resolve("deep").resolve("1.png"), 9);
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Path missing = folder.resolve("missing.png");
    var list =
        PictureList.readable(List.of(broken, good, empty, missing, more), new ImageFormat(4, 1));
    assertEquals(List.of(good, deep), list.files());
    assertEquals(2, list.images().size());
    assertEquals(7, list.images().pixel(0, 3));
    assertEquals(9, list.images().pixel(1, 3));
    assertEquals(3, list.faults().size());
    for (Path fault : List.of(broken, missing, empty)) {
      assertTrue(
          list.faults().stream().anyMatch(line -> line.startsWith(fault + ": no picture")),
          () -> fault + " in " + list.faults());
    }
    assertEquals(0, PictureList.readable(List.of(missing), new ImageFormat(4, 1)).images().size());
  }

  @Test
  void imagesGetOtherLabels() {
    ImageSet labelled = LIKE.subset(1, 3).withLabels(new int[] {4, 2}, 5);
    assertEquals(4, labelled.label(0));
    assertEquals(5, labelled.classes());
    assertEquals(2, labelled.size());
    assertThrows(DataException.class, () -> LIKE.withLabels(new int[] {0, 1}, 2));
    assertThrows(DataException.class, () -> LIKE.withLabels(new int[] {0, 1, 2}, 2));
  }
}
