package dev.glimpse.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.data.ImageSet;
import dev.glimpse.device.Device;
import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.io.CheckpointException;
import dev.glimpse.io.Safetensors;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  private static final String[] SMALL = {"hidden=24", "latent=3", "train.size=200"};

  private final Device device = TestDevices.own();

  @TempDir private Path folder;

  private static Settings settings(String... changes) {
    return SmallTraining.settings(
        "vae", Stream.of(SMALL, changes).flatMap(Stream::of).toArray(String[]::new));
  }

  private RunFolder train(Settings settings, TrainingListener... listeners) {
    return train(folder.resolve("run"), settings, listeners);
  }

  private RunFolder train(Path run, Settings settings, TrainingListener... listeners) {
    try (Trainer trainer = SmallTraining.trainer(device, "vae", settings, run, listeners)) {
      trainer.train();
      return trainer.run();
    }
  }

  private static List<Integer> epochs(RunFolder run, String split) {
    return run.metrics().stream()
        .filter(evaluation -> evaluation.split().equals(split))
        .map(Evaluation::epoch)
        .toList();
  }

  private static List<Integer> checkpointedEpochs(RunFolder run) {
    return run.checkpoints().stream().map(path -> Checkpoint.readState(path).epoch()).toList();
  }

  @Test
  void learns() {
    RunFolder run = train(settings("train.size=0", "hidden=64", "latent=8", "train.epochs=10"));
    List<Double> validation =
        run.metrics().stream()
            .filter(evaluation -> evaluation.split().equals("validation"))
            .map(evaluation -> evaluation.values().get("elbo"))
            .toList();
    assertTrue(validation.get(0) > -560, validation::toString);
    assertTrue(validation.get(9) > -215, validation::toString);
  }

  @Test
  void evaluatesAsOftenAsAsked() {
    RunFolder run = train(settings("train.epochs=5", "train.evaluateEvery=2"));
    assertEquals(List.of(1, 2, 3, 4, 5), epochs(run, "train"));
    assertEquals(List.of(2, 4, 5), epochs(run, "validation"));
    assertEquals(List.of(5), epochs(run, "test"));
  }

  /** Drawn once, and then turned, pixels would be grey again. */
  @Test
  void distortedBinaryImagesAreDrawn() {
    assertFalse(draws(settings("data.binarise=static")));
    assertTrue(draws(settings("data.binarise=static", "data.turn=10")));
    assertFalse(draws(settings("data.binarise=none", "data.turn=10")));
  }

  private boolean draws(Settings settings) {
    Path run = folder.resolve("run" + settings.get("data.binarise") + settings.get("data.turn"));
    try (Trainer trainer = SmallTraining.trainer(device, "vae", settings, run)) {
      return trainer.plan().launches().stream()
          .anyMatch(launch -> launch.program().equals("random.cl:random_bernoulli"));
    }
  }

  @Test
  void keepsTheNewestCheckpointsAndTheBest() {
    // Without a learning rate the first epoch stays the best.
    RunFolder run = train(settings("train.epochs=6", "train.keep=2", "train.lr=0"));
    assertEquals(List.of(1, 5, 6), checkpointedEpochs(run));
    assertEquals(run.latest().orElseThrow(), run.preferred());
  }

  @Test
  void stopsEarlyAndGoesBackToTheBest() {
    var judged = new ArrayList<Map<String, Double>>();
    TrainingListener watcher =
        new TrainingListener() {
          @Override
          public void finished(Trainer trainer, Evaluation test) {
            judged.add(validate(trainer.model(), trainer.store(), trainer.validation()));
          }
        };
    // Few images and a high rate: the model soon learns them by heart.
    RunFolder run =
        train(
            settings("train.size=40", "train.lr=0.03", "train.epochs=200", "train.patience=5"),
            watcher);

    List<Integer> epochs = epochs(run, "validation");
    int last = epochs.get(epochs.size() - 1);
    Checkpoint.State state = Checkpoint.readState(run.latest().orElseThrow());
    assertTrue(last < 200, "never stopped");
    assertEquals(last - 5, state.bestEpoch());
    assertEquals(state.bestValue(), judged.get(0).get("elbo"));
    assertEquals(run.checkpoint(state.bestStep()), run.preferred());
  }

  private Map<String, Double> validate(Model model, ParameterStore store, ImageSet images) {
    try (var evaluator = new Evaluator(model, store, DataShape.of(images), images.size())) {
      return evaluator.evaluate(images);
    }
  }

  @Test
  void stopsAtTheFirstNumberThatIsNone() {
    var diverged = assertThrows(DivergedException.class, () -> train(settings("train.lr=1e30")));
    assertTrue(diverged.getMessage().contains(" in step 2;"), diverged.getMessage());
  }

  /** The metrics of a step are those before its update. */
  @Test
  void keepsNothingThatIsNone() {
    Settings settings = settings("train.lr=1e30", "train.size=20", "train.batch=20");
    assertThrows(DivergedException.class, () -> train(settings));
    assertEquals(List.of(), RunFolder.open(folder.resolve("run")).checkpoints());
  }

  /** Epochs without an evaluation say nothing. */
  @Test
  void patienceIsLostByEvaluations() {
    RunFolder run =
        train(
            settings(
                "train.size=40",
                "train.lr=0.03",
                "train.epochs=200",
                "train.patience=3",
                "train.evaluateEvery=5"));
    List<Integer> epochs = epochs(run, "validation");
    Checkpoint.State state = Checkpoint.readState(run.latest().orElseThrow());
    assertTrue(state.epoch() < 200, "never stopped");
    assertEquals(epochs.get(epochs.size() - 1), state.epoch());
    assertEquals(state.epoch() - 5, state.bestEpoch());
    Evaluation test = run.metrics().get(run.metrics().size() - 1);
    assertEquals("test", test.split());
    assertEquals(state.bestEpoch(), test.epoch(), "what the run is judged by");
    assertEquals(state.bestStep(), test.step());
  }

  @Test
  void patienceNeedsAMeasure() {
    Settings settings = SmallTraining.settings("gan", "train.patience=2");
    assertThrows(
        SettingException.class,
        () -> SmallTraining.trainer(device, "gan", settings, folder.resolve("gan")));
  }

  @Test
  void aStateThatWasChangedIsRefused() throws IOException {
    RunFolder run = train(settings("train.epochs=1"));
    Path state = run.latest().orElseThrow().resolve("state.json");
    Files.writeString(state, Files.readString(state).replaceFirst("\"seconds\": ", "$01"));
    var refused = assertThrows(CheckpointException.class, () -> SmallTraining.resumed(device, run));
    assertTrue(refused.getMessage().contains("its checksum is another"), refused.getMessage());
  }

  @Test
  void whatACrashLeftIsForgotten() throws IOException {
    RunFolder run = train(settings("train.epochs=1"));
    Path leftover = run.resolve("checkpoints").resolve(".step-000000009.0123.tmp");
    Files.createDirectories(leftover.resolve("folder"));
    SmallTraining.resumed(device, run).close();
    assertFalse(Files.exists(leftover));
  }

  @Test
  void onlyOneTrainsInAFolder() {
    Settings settings = settings("train.epochs=1");
    Path run = folder.resolve("run");
    try (Trainer second = SmallTraining.trainer(device, "vae", settings, run)) {
      try (Trainer first = SmallTraining.trainer(device, "vae", settings, run)) {
        assertFalse(Files.exists(run), "made before the training begins");
        first.train();
        var refused = assertThrows(CheckpointException.class, second::train);
        assertTrue(refused.getMessage().contains("another training is going on there"));
      }
      var refused = assertThrows(CheckpointException.class, second::train);
      assertTrue(refused.getMessage().contains("holds a run already"));
    }
  }

  @Test
  void greyValuesGiveNoLikelihood() {
    RunFolder run = train(settings("train.epochs=1", "data.binarise=none"));
    Evaluation test = run.metrics().get(2);
    assertEquals(List.of("greyBound", "kl", "reconstruction"), List.copyOf(test.values().keySet()));
  }

  /** Averaging changes nothing in how the parameters are trained, only which ones are the model. */
  @Test
  void theModelIsTheAverageOfItsParameters() {
    String[] few = {"train.epochs=2", "train.lr=0.01", "train.schedule=constant"};
    RunFolder plain = train(folder.resolve("plain"), settings(few));
    Settings averaging = settings(few);
    averaging.set("train.average", "0.5");
    var models = new ArrayList<Map<String, Double>>();
    TrainingListener watcher =
        new TrainingListener() {
          @Override
          public void finished(Trainer trainer, Evaluation test) {
            models.add(validate(trainer.model(), trainer.store(), trainer.validation()));
          }
        };
    RunFolder averaged = train(folder.resolve("averaged"), averaging, watcher);

    Map<String, float[]> trained = tensors(plain);
    Map<String, float[]> kept = tensors(averaged);
    List<String> names =
        trained.keySet().stream().filter(name -> !name.startsWith("optimizer.")).toList();
    assertTrue(names.size() > 4, names::toString);
    for (String name : names) {
      assertArrayEquals(trained.get(name), kept.get("optimizer.elbo.shadow." + name), name);
      assertFalse(Arrays.equals(trained.get(name), kept.get(name)), name);
    }
    assertEquals(validated(averaged), models.get(0), "what is judged is what is kept");
    assertNotEquals(validated(plain), validated(averaged));
  }

  private static Map<String, Double> validated(RunFolder run) {
    List<Evaluation> all =
        run.metrics().stream().filter(e -> e.split().equals("validation")).toList();
    return all.get(all.size() - 1).values();
  }

  private static Map<String, float[]> tensors(RunFolder run) {
    var tensors = new HashMap<String, float[]>();
    Path file = run.latest().orElseThrow().resolve("tensors.safetensors");
    try (Safetensors opened = Safetensors.open(file)) {
      for (String name : opened.tensors().keySet()) {
        FloatBuffer values = opened.readFloats(name);
        float[] copy = new float[values.remaining()];
        values.get(copy);
        tensors.put(name, copy);
      }
    }
    return tensors;
  }

  @Test
  void anAverageForgets() {
    var refusal = assertThrows(SettingException.class, () -> train(settings("train.average=1")));
    assertTrue(
        refusal.getMessage().startsWith("train.average takes 0 or more and less than 1"),
        refusal::toString);
  }

  @Test
  void freesWhatItTook() {
    train(folder.resolve("first"), settings("train.epochs=1"));
    // Compiled programs stay with the device; all else is gone.
    int before = device.liveObjects();
    train(folder.resolve("second"), settings("train.epochs=1"));
    assertEquals(before, device.liveObjects());
  }
}
