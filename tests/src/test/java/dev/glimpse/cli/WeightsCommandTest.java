package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.io.Npz;
import dev.glimpse.train.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsCommandTest {
  @TempDir private Path folder;

  @Test
  void aTrainingStartsFromThem() {
    Path run = SmallRuns.convolutional("vaegan", "margin=0.3");
    Path file = folder.resolve("vaegan.npz");
    String out = Cli.run("weights", run.toString(), "--out=" + file).succeeded().out();
    try (Npz npz = Npz.open(file)) {
      assertEquals(file + ": " + npz.tensors().size() + " tensors\n", out);
      assertEquals(List.of(4L, 1L, 4L, 4L), npz.tensor("encoder.conv1.weight").shape());
    }

    // With a learning rate of 0, what a run ends with is what it started from.
    Path started = folder.resolve("started");
    Path again = folder.resolve("again.npz");
    String[] settings = {"--set", "width=4", "latent=8", "margin=0.3", "--lr=0"};
    Cli.run(
            "train",
            "vaegan",
            "--data=" + SmallRuns.data(),
            "--out=" + started,
            "--epochs=1",
            "--batch=50",
            "--no-quality",
            "--weights=" + file,
            settings[0],
            settings[1],
            settings[2],
            settings[3],
            settings[4])
        .succeeded();
    Cli.run("weights", started.toString(), "--out=" + again).succeeded();
    assertSame(file, again, "generator.linear.weight");
    assertSame(file, again, "discriminator.conv2.weight");
    assertEquals(file.toString(), RunFolder.open(started).config().settings().get("train.weights"));
  }

  /** A GAN on top of a trained DRAW: its discriminator is new. */
  @Test
  void anotherModelsWeightsStartTheirPart() {
    Path draw = SmallRuns.perceptron("draw", "glimpses=2");
    Path file = folder.resolve("draw.npz");
    Cli.run("weights", draw.toString(), "--out=" + file).succeeded();
    Path started = folder.resolve("started");
    String[] more = {
      "--weights=" + file, "--lr=0", "--set", "glimpses=2", "hidden=32", "latent=4", "width=4"
    };
    String out = SmallRuns.train("drawgan", started, more).out();
    String line = "starts from " + file + "; it has nothing of: discriminator, statistics\n";
    assertTrue(out.contains(line), out);
    Path again = folder.resolve("again.npz");
    Cli.run("weights", started.toString(), "--out=" + again).succeeded();
    assertSame(file, again, "encoder.weight");
    assertSame(file, again, "decoder.weight");

    String other = start("run", "vae", file, "hidden=32");
    assertTrue(other.contains("tensors are missing: encoder.0.weight, "), other);
  }

  private static void assertSame(Path file, Path other, String tensor) {
    try (Npz one = Npz.open(file);
        Npz two = Npz.open(other)) {
      assertEquals(one.readFloats(tensor), two.readFloats(tensor));
    }
  }

  @Test
  void mistakesAreNamed() {
    Path run = SmallRuns.perceptron("vae");
    String ending = Cli.run("weights", run.toString(), "--out=weights.pt").failure();
    assertEquals("glimpse: weights.pt: weights are files that end in .safetensors or .npz", ending);

    Path file = folder.resolve("vae.safetensors");
    Cli.run("weights", run.toString(), "--out=" + file).succeeded();
    String wider = start("wider", "vae", file, "hidden=33");
    assertTrue(
        wider.contains("tensors have another shape: encoder.0.weight is [32, 784], not [33, 784]"),
        wider);
    String other = start("other", "cvae", file, "prior=network");
    assertTrue(other.contains("4 of 12 tensors are missing: prior.0.weight, "), other);
    String missing = start("missing", "vae", folder.resolve("none.npz"), "hidden=32");
    assertTrue(missing.contains("there is no such file"), missing);
    for (String name : List.of("wider", "other", "missing")) {
      assertFalse(Files.exists(folder.resolve(name)), "a run's folder was made");
    }
    String resumed = Cli.run("train", "--resume", run.toString(), "--weights=" + file).failure();
    assertTrue(resumed.contains("a run goes on with its own settings"), resumed);
  }

  private String start(String run, String model, Path file, String setting) {
    return Cli.run(
            "train",
            model,
            "--data=" + SmallRuns.data(),
            "--out=" + folder.resolve(run),
            "--weights=" + file,
            "--set",
            "hidden=32",
            "latent=4",
            setting)
        .failure();
  }
}
