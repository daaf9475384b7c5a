package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.train.Evaluation;
import dev.glimpse.train.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run is a function of its settings, whatever happens to it on the way. */
class ResumeTest {
  private static final int EPOCHS = 4;

  @TempDir private static Path folder;

  private static Path whole;

  @BeforeAll
  static void trainWithoutStop() {
    whole = folder.resolve("whole");
    Cli.train("cvae", whole, "--epochs=" + EPOCHS);
  }

  private static void assertSameAsWhole(Path run) throws IOException {
    Path expected = RunFolder.open(whole).latest().orElseThrow();
    Path found = RunFolder.open(run).latest().orElseThrow();
    assertEquals(expected.getFileName(), found.getFileName());
    String tensors = "tensors.safetensors";
    assertEquals(-1, Files.mismatch(expected.resolve(tensors), found.resolve(tensors)), tensors);
    assertEquals(values(whole), values(run));
    for (String picture : List.of("epoch-004.png", "reconstructions.png")) {
      Path samples = Path.of("samples", picture);
      assertEquals(-1, Files.mismatch(whole.resolve(samples), run.resolve(samples)), picture);
    }
  }

  private static List<Map<String, Double>> values(Path run) {
    return RunFolder.open(run).metrics().stream().map(Evaluation::values).toList();
  }

  @Test
  void theSameSeedGivesTheSameBits() throws IOException {
    Path again = folder.resolve("again");
    Cli.train("cvae", again, "--epochs=" + EPOCHS);
    assertSameAsWhole(again);
  }

  @Test
  void aRunGoesOnAsIfItHadNeverStopped() throws IOException {
    Path run = folder.resolve("extended");
    Cli.train("cvae", run, "--epochs=2");
    Cli resumed =
        Cli.run("train", "cvae", "--resume", run.toString(), "--epochs=" + EPOCHS, "--no-quality");
    assertTrue(resumed.succeeded().out().contains("\ngoes on after epoch 2\n"), resumed.out());
    assertSameAsWhole(run);
    assertEquals("4", RunFolder.open(run).config().settings().get("train.epochs"));
  }

  @Test
  @Timeout(60)
  void aRunThatWasKilledGoesOn() throws IOException, InterruptedException {
    Path run = folder.resolve("killed");
    Path log = folder.resolve("killed.log");
    Process child =
        Cli.child(Cli.training("cvae", run, "--epochs=" + EPOCHS))
            .redirectOutput(log.toFile())
            .start();
    // Its second epoch has begun when the first one's line is there.
    while (child.isAlive() && !Files.readString(log).contains("epoch 1")) {
      TimeUnit.MILLISECONDS.sleep(2);
    }
    child.destroyForcibly().waitFor();
    assertFalse(Files.exists(run.resolve("report.html")), Files.readString(log));

    Cli.run("train", "--out", run.toString(), "--no-quality", "--resume").succeeded();
    assertSameAsWhole(run);
  }

  @Test
  void aRunKeepsItsSettings() {
    String failure = Cli.run("train", "--resume", whole.toString(), "--lr=1").failure();
    assertTrue(failure.contains("a run goes on with its own settings"), failure);
    assertTrue(refusal("vae").contains("trains a cvae, not a vae"));
  }

  @Test
  void whatIsOfNoEffectIsRefused() throws IOException {
    byte[] config = Files.readAllBytes(whole.resolve("config.json"));
    assertTrue(refusal("--data=digits").contains("with its own images; leave out --data"));
    String out = refusal("--out=" + folder.resolve("other"));
    assertTrue(out.contains("in its own folder; leave out --out"), out);
    String fewer = refusal("--epochs=" + (EPOCHS - 1));
    assertTrue(fewer.contains("--epochs 3: " + whole + " is past that; give 4 or more"), fewer);
    assertArrayEquals(config, Files.readAllBytes(whole.resolve("config.json")));
  }

  @Test
  void aRunThatCannotGoOnIsLeftAsItWas() throws IOException {
    Path run = folder.resolve("damaged");
    Cli.train("cvae", run, "--epochs=1");
    byte[] config = Files.readAllBytes(run.resolve("config.json"));
    Path tensors = RunFolder.open(run).latest().orElseThrow().resolve("tensors.safetensors");
    Files.write(tensors, new byte[8]);
    String failure = Cli.run("train", "--resume", run.toString(), "--epochs=2").failure();
    assertTrue(failure.startsWith("glimpse: " + tensors + ": "), failure);
    assertArrayEquals(config, Files.readAllBytes(run.resolve("config.json")));
  }

  private static String refusal(String argument) {
    Cli refused = Cli.run("train", "--resume", whole.toString(), argument);
    assertEquals(2, refused.exitCode(), refused.out() + refused.err());
    return refused.err();
  }
}
