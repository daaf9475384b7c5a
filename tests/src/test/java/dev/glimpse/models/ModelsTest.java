package dev.glimpse.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.data.ImageSet;
import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.Evaluator;
import dev.glimpse.train.Model;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import dev.glimpse.train.SmallTraining;
import dev.glimpse.train.Trainer;
import dev.glimpse.train.TrainingPlan;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelsTest {
  private static final String[] SMALL = {"hidden=64", "latent=8", "train.epochs=8"};

  @TempDir private Path folder;

  @Test
  void anUnknownModelNamesTheNearestOrAll() {
    var misspelt = assertThrows(SettingException.class, () -> Models.named("vea"));
    assertEquals("there is no model 'vea'; did you mean vae?", misspelt.getMessage());
    var unknown = assertThrows(SettingException.class, () -> Models.named("diffusion"));
    assertEquals(
        "there is no model 'diffusion'; there are vae, cvae, gan, cgan, vaegan, cvaegan, draw,"
            + " cdraw, drawgan, flowmatch, cflowmatch, ssl, ssl-conv, ssl-gan, m1m2, classifier",
        unknown.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cvae",
        "cgan",
        "cvaegan",
        "cdraw",
        "cflowmatch",
        "classifier",
        "ssl",
        "ssl-gan",
        "m1m2"
      })
  void aConditionalModelNeedsLabels(String model) {
    var unlabelled = new DataShape(28, 28, 1, 0);
    Models.Kind kind = Models.named(model);
    assertThrows(SettingException.class, () -> kind.create(unlabelled, kind.settings()));
  }

  @Test
  void sharesAndProbabilitiesAreBelowOne() {
    Settings settings = Models.named("ssl-gan").settings();
    for (String share :
        List.of(
            "dropout",
            "d.dropout",
            "smoothing",
            "data.scale",
            "consistency.scale",
            "train.beta1",
            "train.beta2",
            "train.average")) {
      var refusal = assertThrows(SettingException.class, () -> settings.set(share, "1"));
      assertEquals(share + " takes 0 or more and less than 1, not 1.0", refusal.getMessage());
    }
  }

  @ParameterizedTest
  @CsvSource({"vae, latent", "gan, width", "m1m2, m1.latent", "draw, write.size"})
  void layersHaveALargestWidth(String model, String setting) {
    Settings settings = Models.named(model).settings();
    var refusal = assertThrows(SettingException.class, () -> settings.set(setting, "2000000000"));
    assertTrue(refusal.getMessage().startsWith(setting + " takes 1 or more and less than 1000"));
  }

  @Test
  void aClassifierHalvesImagesTwice() {
    Models.Kind kind = Models.named("classifier");
    kind.create(new DataShape(4, 5, 1, 2), kind.settings());
    var small = new DataShape(1, 4, 1, 2);
    var refusal = assertThrows(SettingException.class, () -> kind.create(small, kind.settings()));
    assertEquals(
        "classifier needs images of 4 x 4 or more, which it halves twice, not 1 x 4; scale pictures"
            + " with data.size",
        refusal.getMessage());
  }

  /** Untrained, every pixel costs ln 2: the bound is below -543. */
  @ParameterizedTest
  @CsvSource({
    "vae, bound=elbo, -230",
    "vae, bound=iwae samples=5, -240",
    "cvae, prior=standard, -230",
    "cvae, prior=network, -230",
    "cvae, prior=flow prior.steps=2 prior.width=16, -230",
    "vae, prior=flow prior.steps=2 prior.width=16 bound=iwae samples=3, -240",
    "draw, glimpses=6, -230",
    "draw, glimpses=4 attention=false, -230",
    "draw, glimpses=4 recompute=true read.size=1 write.size=1, -450",
    "cdraw, glimpses=6, -230"
  })
  void learn(String model, String changes, double atLeast) {
    Settings settings = SmallTraining.settings(model, SMALL);
    for (String change : changes.split(" ")) {
      settings.set(change.split("=")[0], change.split("=")[1]);
    }
    try (Trainer trainer =
        SmallTraining.trainer(TestDevices.own(), model, settings, folder.resolve("run"))) {
      Evaluation test = trainer.train().orElseThrow();
      assertTrue(test.values().get("elbo") > atLeast, test::toString);
      assertTrue(test.values().get("kl") > 1, test::toString);
    }
  }

  @Test
  void aFlowHalvesCodesAndIsNoPriorOfCompletions() {
    Settings settings = SmallTraining.settings("cvae", "prior=flow", "latent=1");
    BiFunction<DataShape, Settings, Model> cvae = Models.named("cvae")::create;
    var shape = new DataShape(4, 4, 1, 2);
    var narrow = assertThrows(SettingException.class, () -> cvae.apply(shape, settings));
    assertEquals("prior=flow needs a latent of 2 or more, which it halves", narrow.getMessage());
    settings.set("condition", "quadrants");
    var completing = assertThrows(SettingException.class, () -> cvae.apply(shape, settings));
    assertEquals(
        "prior=flow is for condition=labels; a model that completes images has a prior network",
        completing.getMessage());
  }

  @Test
  void convolutionsNeedImagesThatCanBeHalved() {
    Settings settings = Models.named("gan").settings();
    BiFunction<DataShape, Settings, Model> gan = Models.named("gan")::create;
    assertThrows(SettingException.class, () -> gan.apply(new DataShape(27, 28, 1, 0), settings));
    assertThrows(SettingException.class, () -> gan.apply(new DataShape(6, 6, 1, 0), settings));
  }

  /** Half of an image that is not known costs 272. */
  @Test
  void aCompletionIsLearnt() {
    Settings settings = SmallTraining.settings("cvae", SMALL);
    settings.set("condition", "quadrants");
    try (Trainer trainer =
        SmallTraining.trainer(TestDevices.own(), "cvae", settings, folder.resolve("run"))) {
      assertTrue(trainer.train().orElseThrow().values().get("elbo") > -140);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "vaegan, squaredError, 0.6",
    "cvaegan, squaredError, 0.6",
    "drawgan, squaredError, 0.6",
    "cflowmatch, velocityError, 0.5",
    "classifier, crossEntropy, 0.3"
  })
  void networksLearn(String model, String measure, double share) {
    String[] changes =
        switch (model) {
          case "classifier" -> new String[] {"train.epochs=4"};
          case "cflowmatch" -> new String[] {"width=8", "train.epochs=4", "train.lr=0.005"};
          case "drawgan" ->
              new String[] {
                "width=8", "latent=8", "hidden=64", "glimpses=4", "train.epochs=4", "train.lr=0.002"
              };
          default -> new String[] {"width=8", "latent=8", "train.epochs=4", "train.lr=0.002"};
        };
    Settings settings = SmallTraining.settings(model, changes);
    try (Trainer trainer =
        SmallTraining.trainer(TestDevices.own(), model, settings, folder.resolve("run"))) {
      double before = trainer.evaluator().evaluate(trainer.test()).get(measure);
      double after = trainer.train().orElseThrow().values().get(measure);
      assertTrue(after < share * before, () -> before + " to " + after);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vae",
        "cvae",
        "gan",
        "cgan",
        "vaegan",
        "cvaegan",
        "draw",
        "cdraw",
        "drawgan",
        "flowmatch"
      })
  void colourImagesOf64Pixels(String model) {
    var shape = new DataShape(64, 64, 3, 5);
    Settings settings = Models.named(model).settings();
    if (model.contains("draw")) {
      settings.set("glimpses", "3");
    }
    if (!model.endsWith("draw")) {
      settings.set("width", "2");
    }
    if (model.endsWith("vae")) {
      settings.set("network", "conv");
    }
    Model created = Models.named(model).create(shape, settings);
    try (var store = new ParameterStore(TestDevices.own(), created.parameters(), 1)) {
      try (Plan plan = TrainingPlan.build(store, created, settings, shape, 3).plan()) {
        plan.run();
        plan.run();
        FloatBuffer history = plan.history();
        for (int i = 0; i < 2 * plan.metrics().size(); i++) {
          assertTrue(Float.isFinite(history.get(i)), plan.metrics()::toString);
        }
      }
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

  @Test
  void drawHasGaussianPixelsToo() {
    Settings settings = SmallTraining.settings("draw", "hidden=64", "latent=8", "glimpses=3");
    settings.set("pixels", "gaussian");
    settings.set("data.binarise", "none");
    try (Trainer trainer =
        SmallTraining.trainer(TestDevices.own(), "draw", settings, folder.resolve("run"))) {
      double before = trainer.evaluator().evaluate(trainer.test()).get("reconstruction");
      double after = trainer.train().orElseThrow().values().get("reconstruction");
      assertTrue(after < before - 100, () -> before + " to " + after);
    }
  }

  private static double bound(Trainer trainer, ImageSet images) {
    try (var evaluator =
        new Evaluator(trainer.model(), trainer.store(), trainer.data(), images.size())) {
      return evaluator.evaluate(images).get("elbo");
    }
  }

  private static ImageSet relabelled(ImageSet images) {
    int classes = images.classes();
    return images.withLabels(
        IntStream.range(0, images.size()).map(i -> (images.label(i) + 1) % classes).toArray(),
        classes);
  }
}
