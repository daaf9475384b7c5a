package dev.glimpse.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.data.Splits;
import dev.glimpse.device.TestDevices;
import dev.glimpse.models.Models;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wherever a training is stopped, it goes on as if it never had been. */
class StopTest {
  private static final String[] SMALL = {
    "hidden=24", "latent=3", "train.size=200", "train.epochs=3", "train.average=0.9"
  };

  @TempDir private Path folder;

  /** Stops a training; after that it watches another one without stopping it. */
  private abstract static class Stopper implements TrainingListener {
    private Trainer trainer;
    private boolean done;

    @Override
    public void started(Trainer started) {
      trainer = started;
    }

    void stop() {
      if (!done) {
        trainer.stop();
        done = true;
      }
    }
  }

  private Path train(String model, String... changes) {
    Settings settings = SmallTraining.settings(model, changes);
    Path run = folder.resolve("whole");
    try (Trainer trainer = SmallTraining.trainer(TestDevices.own(), model, settings, run)) {
      assertTrue(trainer.train().isPresent());
    }
    return run;
  }

  /** Trains until a stop, and returns what was kept. */
  private Checkpoint.State trainPart(String model, Stopper stopper, String... changes) {
    Settings settings = SmallTraining.settings(model, changes);
    Path run = folder.resolve("parts");
    try (Trainer trainer =
        SmallTraining.trainer(TestDevices.own(), model, settings, run, stopper)) {
      trainer.progressNanoseconds = 0;
      assertTrue(trainer.train().isEmpty(), "not stopped");
      assertFalse(trainer.isStopping(), "stopping still");
    }
    Checkpoint.State state = Checkpoint.readState(RunFolder.open(run).latest().orElseThrow());
    List<Evaluation> metrics = RunFolder.open(run).metrics();
    assertTrue(metrics.stream().allMatch(m -> m.step() <= state.step()), metrics::toString);
    return state;
  }

  private Path resume(String model, String... changes) {
    Settings settings = SmallTraining.settings(model, changes);
    Splits splits = SmallTraining.digits();
    Path run = folder.resolve("parts");
    try (var trainer =
        new Trainer(
            TestDevices.own(),
            Models.named(model).create(DataShape.of(splits.train()), settings),
            settings,
            splits,
            RunFolder.open(run),
            List.of())) {
      trainer.resume();
      assertTrue(trainer.train().isPresent());
    }
    return run;
  }

  /** The same tensors to the bit, and the same metrics. */
  private static void assertSame(Path expected, Path found) throws IOException {
    Path one = RunFolder.open(expected).latest().orElseThrow();
    Path other = RunFolder.open(found).latest().orElseThrow();
    assertEquals(one.getFileName(), other.getFileName());
    String tensors = "tensors.safetensors";
    assertEquals(-1, Files.mismatch(one.resolve(tensors), other.resolve(tensors)));
    assertEquals(values(expected), values(found));
  }

  private static List<Map<String, Double>> values(Path run) {
    return RunFolder.open(run).metrics().stream().map(Evaluation::values).toList();
  }

  /** An epoch is 20 steps. */
  @Test
  void inMidEpoch() throws IOException {
    String[] changes = {
      "hidden=16", "train.batch=50", "train.epochs=2", "train.average=0.9", "data.shift=1"
    };
    var state = trainPart("cvae", midEpoch(), changes);
    assertTrue(state.batch() > 0 && state.batch() < 20, state::toString);
    assertEquals(state.step(), 20 * state.epoch() + state.batch());
    assertSame(train("cvae", changes), resume("cvae", changes));
  }

  private static Stopper midEpoch() {
    return new Stopper() {
      @Override
      public void progressed(Progress progress) {
        if (progress.batch() < progress.batches()) {
          stop();
        }
      }
    };
  }

  /** M1 learns in the first epoch; labelled images come round every 5 of 20 steps. */
  @Test
  void betweenTwoStreams() throws IOException {
    String[] changes = {
      "hidden=16",
      "latent=3",
      "m1.hidden=16",
      "m1.latent=8",
      "m1.epochs=1",
      "data.labels=250",
      "train.batch=50",
      "train.epochs=2"
    };
    var state = trainPart("m1m2", midEpoch(), changes);
    assertTrue(state.batch() > 0 && state.batch() < 20, state::toString);
    assertSame(train("m1m2", changes), resume("m1m2", changes));
  }

  private static Stopper evaluated(String split) {
    return new Stopper() {
      @Override
      public void evaluated(Evaluation evaluation) {
        if (evaluation.split().equals(split)) {
          stop();
        }
      }
    };
  }

  @Test
  void inAnEvaluation() throws IOException {
    var state = trainPart("vae", evaluated("train"), SMALL);
    assertEquals(0, state.epoch());
    assertEquals(2, state.batch(), "all of them");
    assertEquals(-1, state.bestStep());
    assertSame(train("vae", SMALL), resume("vae", SMALL));
  }

  @Test
  void afterAnEpochWithoutEvaluation() throws IOException {
    String[] changes = SMALL.clone();
    changes[4] = "train.evaluateEvery=2";
    var state = trainPart("vae", evaluated("train"), changes);
    assertEquals(1, state.epoch());
    assertEquals(0, state.batch());
    assertSame(train("vae", changes), resume("vae", changes));
  }

  @Test
  void afterTheLastEpoch() throws IOException {
    Stopper stopper =
        new Stopper() {
          @Override
          public void checkpointed(Path checkpoint, int epoch) {
            if (epoch == 3) {
              stop();
            }
          }
        };
    assertEquals(3, trainPart("vae", stopper, SMALL).epoch());
    assertSame(train("vae", SMALL), resume("vae", SMALL));
  }

  @Test
  void aStoppedTrainerMayGoOn() throws IOException {
    Settings settings = SmallTraining.settings("vae", SMALL);
    Path run = folder.resolve("parts");
    try (Trainer trainer = SmallTraining.trainer(TestDevices.own(), "vae", settings, run)) {
      trainer.stop();
      assertEquals(Optional.empty(), trainer.train());
      assertEquals(0, trainer.step());
      assertEquals(List.of(), trainer.run().checkpoints(), "nothing was done");
      assertTrue(trainer.train().isPresent());
    }
    assertSame(train("vae", SMALL), run);
  }
}
