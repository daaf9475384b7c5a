package dev.glimpse.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.data.DataException;
import dev.glimpse.data.Digits;
import dev.glimpse.data.ImageSet;
import dev.glimpse.data.Splits;
import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.models.Models;
import dev.glimpse.ops.Parameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SemiSupervisedTrainingTest {
  @TempDir private Path folder;

  private Trainer trainer(String model, String name, String... changes) {
    Settings settings = SmallTraining.settings(model, changes);
    return SmallTraining.trainer(TestDevices.own(), model, settings, folder.resolve(name));
  }

  /** By chance it would be a tenth. */
  @Test
  void digitsAreReadFromFewLabels() {
    try (Trainer trainer =
        trainer(
            "ssl", "run", "hidden=64", "latent=8", "data.labels=100", "vat=1", "train.epochs=8")) {
      Evaluation test = trainer.train().orElseThrow();
      assertTrue(test.values().get("accuracy") > 0.75, test::toString);
      assertTrue(test.values().get("greyBound") > -330, test::toString);
      Checkpoint.State last = Checkpoint.readState(trainer.run().latest().orElseThrow());
      assertTrue(last.bestValue() > 0.75 && last.bestValue() <= 1, "judged by accuracy");
    }
  }

  /** By what an answer costs on test images, of which 200 are too few to count errors. */
  @Test
  void imagesAreReadBetterByReadingDistortedOnesAlike() {
    String[] small = {
      "hidden=64", "latent=8", "data.labels=50", "vat=0", "train.batch=20", "train.epochs=8"
    };
    String[] consistent = Arrays.copyOf(small, small.length + 1);
    consistent[small.length] = "consistency=1";
    try (Trainer without = trainer("ssl", "without", small);
        Trainer with = trainer("ssl", "with", consistent)) {
      assertFalse(without.plan().hasInput(Example.DISTORTED));
      assertTrue(with.plan().hasInput(Example.DISTORTED));
      double before = without.train().orElseThrow().values().get("crossEntropy");
      double after = with.train().orElseThrow().values().get("crossEntropy");
      assertTrue(after < 0.9 * before, after + " and without " + before);
    }
  }

  /** While the KL term has little weight, what is descended is no bound. */
  @Test
  void theBoundThatIsToldIsOne() {
    String[] small = {
      "hidden=16", "latent=3", "data.labels=50", "train.size=200", "train.epochs=1", "train.lr=0"
    };
    String[] warmingUp = Arrays.copyOf(small, small.length + 1);
    warmingUp[small.length] = "train.klWarmup=9";
    assertEquals(trainingBounds("at-once", small), trainingBounds("warming-up", warmingUp));
  }

  private List<Double> trainingBounds(String run, String[] settings) {
    try (Trainer trainer = trainer("ssl", run, settings)) {
      trainer.train();
      Map<String, Double> told = trainer.run().metrics().get(0).values();
      return List.of(told.get("greyBound"), told.get("labelledBound"));
    }
  }

  /** Labelled images are fewer than a step's; passes over them end in the middle of epochs. */
  @Test
  void aRunGoesOnAsIfItHadNeverStopped() throws IOException {
    String[] small = {
      "hidden=16",
      "latent=3",
      "data.labels=70",
      "train.size=600",
      "train.batch=40",
      "train.schedule=constant",
      "data.shift=2",
      "train.average=0.9",
      "unlabelledWarmup=2",
      "train.epochs=3",
      "consistency=1"
    };
    try (Trainer whole = trainer("ssl", "whole", small)) {
      whole.train();
    }
    String[] shorter = small.clone();
    shorter[9] = "train.epochs=1";
    try (Trainer first = trainer("ssl", "parts", shorter)) {
      first.train();
    }
    RunFolder run = RunFolder.open(folder.resolve("parts"));
    Settings settings = SmallTraining.settings("ssl", small);
    Splits splits = SmallTraining.digits();
    var model = Models.named("ssl").create(DataShape.of(splits.train()), settings);
    try (var then = new Trainer(TestDevices.own(), model, settings, splits, run, List.of())) {
      then.resume();
      then.train();
    }
    assertEquals(-1, Files.mismatch(tensors("whole"), tensors("parts")));
  }

  private Path tensors(String run) {
    return RunFolder.open(folder.resolve(run))
        .latest()
        .orElseThrow()
        .resolve("tensors.safetensors");
  }

  /** M1 learns in the first epoch alone, M2 in the others alone. */
  @Test
  void stackedModelsLearnOneAfterTheOther() {
    String[] small = {
      "hidden=16",
      "latent=3",
      "m1.hidden=16",
      "m1.latent=4",
      "m1.epochs=1",
      "data.labels=50",
      "train.size=300",
      "train.schedule=constant",
      "train.average=0.9",
      "train.epochs=3",
      "consistency=1"
    };
    String[] firstOnly = small.clone();
    firstOnly[9] = "train.epochs=1";
    try (Trainer longer = trainer("m1m2", "longer", small);
        Trainer first = trainer("m1m2", "first", firstOnly)) {
      float[][] fresh = {parameters(first, 0), parameters(first, 1)};
      first.train();
      longer.train();
      assertFalse(Arrays.equals(fresh[0], parameters(first, 0)), "M1 learnt nothing");
      assertArrayEquals(fresh[1], parameters(first, 1), "M2 waits");
      assertFalse(Arrays.equals(fresh[1], parameters(longer, 1)), "M2 learnt nothing");
      assertArrayEquals(parameters(first, 0), parameters(longer, 0), "M1 stays");
    }
  }

  private static float[] parameters(Trainer trainer, int set) {
    ParameterSet parameters = trainer.model().parameters().get(set);
    float[] all = new float[(int) parameters.count()];
    int at = 0;
    for (Parameter parameter : parameters.parameters()) {
      var values = trainer.store().slab(parameters).read(parameter);
      int count = parameter.shape().size();
      values.get(all, at, count);
      at += count;
    }
    return all;
  }

  @Test
  void theGeneratorIsReadByItsDiscriminator() {
    try (Trainer trainer =
        trainer(
            "ssl-gan",
            "gan",
            "hidden=64",
            "latent=8",
            "d.network=mlp",
            "d.hidden=64",
            "d.noise=0.3",
            "data.labels=100",
            "train.epochs=8")) {
      Evaluation test = trainer.train().orElseThrow();
      assertTrue(test.values().get("accuracy") > 0.7, test::toString);
      assertTrue(test.values().get("encoderAccuracy") > 0.7, test::toString);
    }
  }

  private Trainer trainer(ImageSet unlabelled, String name, String... changes) {
    Splits splits = SmallTraining.digits();
    Settings settings = SmallTraining.settings("ssl", "hidden=16", "latent=3", "data.labels=50");
    settings.set("train.epochs", "1");
    for (String change : changes) {
      String[] parts = change.split("=");
      settings.set(parts[0], parts[1]);
    }
    DataShape shape = DataShape.of(splits.train());
    var config = RunConfig.of("ssl", "digits", "device", splits.train(), settings);
    return new Trainer(
        TestDevices.own(),
        Models.named("ssl").create(shape, settings),
        settings,
        splits.withUnlabelled(unlabelled),
        RunFolder.fresh(folder.resolve(name), config),
        List.of());
  }

  @Test
  void unlabelledImagesMayBeOthers() {
    try (var trainer = trainer(Digits.generate(130, 9), "others")) {
      assertEquals(1, trainer.train().orElseThrow().step(), "130 images are one batch of 100");
    }
  }

  /** In the first epoch of a warm-up, unlabelled images do not count. */
  @Test
  void unlabelledImagesCountMoreAndMore() {
    ImageSet some = Digits.generate(300, 9);
    ImageSet others = Digits.generate(300, 10);
    String[] warm = {"vat=0", "unlabelledWarmup=1"};
    assertArrayEquals(learnt(some, "some", warm), learnt(others, "others", warm));
    String[] cold = {"vat=0"};
    assertFalse(Arrays.equals(learnt(some, "cold", cold), learnt(others, "cold others", cold)));
    String[] longer = {"vat=0", "unlabelledWarmup=1", "train.epochs=2"};
    assertFalse(
        Arrays.equals(learnt(some, "longer", longer), learnt(others, "longer others", longer)));
  }

  private float[] learnt(ImageSet unlabelled, String name, String... changes) {
    try (var trainer = trainer(unlabelled, name, changes)) {
      trainer.train();
      return parameters(trainer, 0);
    }
  }

  /** Of convolutions with normalised weights, beside a VAE of perceptrons. */
  @Test
  void classifiersMayBeOfOtherNetworks() {
    try (Trainer trainer =
        trainer(
            "ssl",
            "conv",
            "hidden=64",
            "latent=8",
            "classifier.network=conv",
            "width=4",
            "weightNorm=true",
            "data.labels=100",
            "train.epochs=5")) {
      Evaluation test = trainer.train().orElseThrow();
      assertTrue(test.values().get("accuracy") > 0.6, test::toString);
      List<String> names = trainer.store().parameters().stream().map(Parameter::name).toList();
      assertTrue(names.contains("classifier.conv2.norm.length"), names::toString);
      assertFalse(names.contains("encoder.conv1.weight"), names::toString);
    }
  }

  @Test
  void weightsAreNormalisedInOneWay() {
    var refusal =
        assertThrows(
            SettingException.class,
            () -> trainer("ssl-gan", "both", "d.norm=true", "d.weightNorm=true").close());
    assertTrue(refusal.getMessage().startsWith("norm and weightNorm exclude"), refusal::toString);
  }

  @Test
  void unlabelledImagesAreOfTheSameSize() {
    var small = new ImageSet("small", 4, 4, 1, new byte[160]);
    Splits splits = SmallTraining.digits();
    var refusal = assertThrows(DataException.class, () -> splits.withUnlabelled(small));
    assertTrue(refusal.getMessage().contains("small: 10 images of 4 x 4 x 1"), refusal::toString);
  }

  @Test
  void labelsAreNoFewerThanClasses() {
    var refusal =
        assertThrows(DataException.class, () -> trainer("ssl", "few", "data.labels=5").close());
    assertTrue(refusal.getMessage().startsWith("5 labelled images are fewer"), refusal::toString);
  }
}
