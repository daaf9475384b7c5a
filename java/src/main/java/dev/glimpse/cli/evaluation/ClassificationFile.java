package dev.glimpse.cli.evaluation;

import com.google.gson.Gson;
import dev.glimpse.cli.pictures.CaptionedSheet;
import dev.glimpse.data.ImageSet;
import dev.glimpse.io.AtomicFiles;
import dev.glimpse.io.CheckpointException;
import dev.glimpse.io.JsonFile;
import dev.glimpse.metrics.CalibratedClassifiers;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.RunFolder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a run keeps of how its test images are read: {@code classification.json}, and a picture of
 * those that are read wrong.
 */
public record ClassificationFile(RunFolder run) {
  private static final String REMEDY = "delete it, and let 'evaluate' write it";
  private static final int SHOWN_ACROSS = 10;
  private static final int SHOWN = 6 * SHOWN_ACROSS;
  private static final Gson GSON = new Gson();

  private Path file() {
    return run.resolve("classification.json");
  }

  /** Where the picture is, if any image is misread. */
  public Path picture() {
    return run.samples().resolve("misread.png");
  }

  /** Those that are shown in the picture, the surest first. */
  public static List<Misreading> shown(Classification classification) {
    List<Misreading> all = classification.misread();
    return all.subList(0, Math.min(SHOWN, all.size()));
  }

  /**
   * Keeps how images are read.
   *
   * @param test the images
   */
  public void write(Classification classification, ImageSet test) {
    AtomicFiles.writeText(file(), GSON.toJson(classification) + "\n");
    List<Misreading> shown = shown(classification);
    if (shown.isEmpty()) {
      AtomicFiles.deleteQuietly(picture());
      return;
    }
    var sheet = new CaptionedSheet(DataShape.of(test), 1, SHOWN_ACROSS);
    for (Misreading one : shown) {
      FloatBuffer pixels = FloatBuffer.allocate(test.pixelsPerImage());
      test.copyPixels(one.image(), pixels);
      sheet.add(one.caption(run.config()), pixels.flip());
    }
    sheet.write(picture());
  }

  /**
   * What is kept, if anything is.
   *
   * @throws CheckpointException when it is damaged
   */
  public Optional<Classification> read() {
    if (!Files.exists(file())) {
      return Optional.empty();
    }
    Classification read = JsonFile.read(file(), Classification.class, REMEDY);
    if (!read.isWhole()) {
      throw new CheckpointException(file(), "is damaged", REMEDY);
    }
    return Optional.of(read);
  }

  /**
   * How the classifiers of the run's model are calibrated, where that is kept.
   *
   * @param names of these classifiers
   * @throws CheckpointException when it is damaged, or of others
   */
  public Optional<CalibratedClassifiers> calibrated(Set<String> names) {
    Optional<CalibratedClassifiers> kept = read().map(Classification::calibrated);
    boolean fits =
        kept.stream()
            .flatMap(classifiers -> classifiers.calibrations().values().stream())
            .allMatch(calibration -> names.containsAll(calibration.temperatures().keySet()));
    if (!fits) {
      throw new CheckpointException(file(), "is of another model", REMEDY);
    }
    return kept;
  }

  /** Deletes what is no longer true when the run goes on. */
  void delete() {
    AtomicFiles.deleteQuietly(file());
    AtomicFiles.deleteQuietly(picture());
  }
}
