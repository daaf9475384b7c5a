package dev.glimpse.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.cli.evaluation.Classification;
import dev.glimpse.cli.evaluation.ClassificationFile;
import dev.glimpse.cli.evaluation.ClassifierResult;
import dev.glimpse.data.ImageSet;
import dev.glimpse.metrics.Calibration;
import dev.glimpse.metrics.ConfusionMatrix;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassificationSectionTest {
  private static final ImageSet IMAGES =
      new ImageSet("bits", 1, 1, 1, new byte[2], new int[] {0, 1}, 2);

  @TempDir private Path folder;

  private static ClassifierResult result(String name) {
    return new ClassifierResult(
        name,
        new Calibration(Map.of(name, 1.0)),
        Map.of(Classification.VALIDATION, 0.0),
        0,
        new ConfusionMatrix(new int[][] {{1, 0}, {0, 1}}));
  }

  private List<Map<String, ?>> section(String... classifiers) throws IOException {
    var config = RunConfig.of("classifier", "bits", "none", IMAGES, new Settings());
    RunFolder run = RunFolder.fresh(folder.resolve("run"), config);
    Files.createDirectories(run.samples());
    if (classifiers.length > 0) {
      List<ClassifierResult> results =
          Arrays.stream(classifiers).map(ClassificationSectionTest::result).toList();
      new ClassificationFile(run).write(new Classification(results, List.of()), IMAGES);
    }
    return ClassificationSection.of(run, List.of());
  }

  @Test
  void aProductIsOfSeveralClassifiers() throws IOException {
    assertEquals(List.of(), section("high").get(0).get("products"));
    assertEquals(
        List.of(Map.of("product", "both")), section("high", "low", "both").get(0).get("products"));
  }

  @Test
  void thereIsNoneOfARunThatReadsNoLabels() throws IOException {
    assertTrue(section().isEmpty());
  }
}
