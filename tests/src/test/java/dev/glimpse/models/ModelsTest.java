package dev.glimpse.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.data.ImageSet;
import dev.glimpse.device.TestDevices;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.Evaluator;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import dev.glimpse.train.SmallTraining;
import dev.glimpse.train.Trainer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelsTest {
  private static final String[] SMALL = {"hidden=64", "latent=8", "train.epochs=8"};

  @TempDir private Path folder;

  @Test
  void anUnknownModelIsToldFromAll() {
    var unknown = assertThrows(SettingException.class, () -> Models.named("gan"));
    assertEquals("there is no model 'gan', only vae, cvae", unknown.getMessage());
  }

  @Test
  void aConditionalModelNeedsLabels() {
    var unlabelled = new DataShape(28, 28, 1, 0);
    Models.Kind kind = Models.named("cvae");
    assertThrows(SettingException.class, () -> kind.create().apply(unlabelled, kind.settings()));
  }

  /** Untrained, every pixel costs ln 2: the bound is below -543. */
  @ParameterizedTest
  @CsvSource({
    "vae, bound=elbo, -230",
    "vae, bound=iwae samples=5, -240",
    "cvae, prior=standard, -230",
    "cvae, prior=network, -230"
  })
  void learn(String model, String changes, double atLeast) {
    Settings settings = SmallTraining.settings(model, SMALL);
    for (String change : changes.split(" ")) {
      settings.set(change.split("=")[0], change.split("=")[1]);
    }
    try (Trainer trainer =
        SmallTraining.trainer(TestDevices.own(), model, settings, folder.resolve("run"))) {
      Evaluation test = trainer.train();
      assertTrue(test.values().get("elbo") > atLeast, test::toString);
      assertTrue(test.values().get("kl") > 1, test::toString);
    }
  }

  @Test
  void aWrongLabelIsLessLikely() {
    Settings settings = SmallTraining.settings("cvae", SMALL);
    try (Trainer trainer =
        SmallTraining.trainer(TestDevices.own(), "cvae", settings, folder.resolve("run"))) {
      trainer.train();
      ImageSet images = trainer.test();
      List<Double> bounds = List.of(bound(trainer, images), bound(trainer, relabelled(images)));
      assertTrue(bounds.get(0) > bounds.get(1) + 1, bounds::toString);
    }
  }

  private static double bound(Trainer trainer, ImageSet images) {
    try (var evaluator =
        new Evaluator(trainer.model(), trainer.store(), trainer.data(), images.size())) {
      return evaluator.evaluate(images).get("elbo");
    }
  }

  private static ImageSet relabelled(ImageSet images) {
    int[] labels = new int[images.size()];
    byte[] pixels = new byte[images.size() * images.pixelsPerImage()];
    for (int i = 0; i < images.size(); i++) {
      labels[i] = (images.label(i) + 1) % images.classes();
      for (int p = 0; p < images.pixelsPerImage(); p++) {
        pixels[i * images.pixelsPerImage() + p] = (byte) images.pixel(i, p);
      }
    }
    return new ImageSet(
        "relabelled",
        images.height(),
        images.width(),
        images.channels(),
        pixels,
        labels,
        images.classes());
  }
}
