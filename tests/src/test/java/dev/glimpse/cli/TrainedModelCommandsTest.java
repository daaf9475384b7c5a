package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.glimpse.data.IdxFiles;
import dev.glimpse.train.RunFolder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainedModelCommandsTest {
  private static final int CELL = 2 * 28 + 2;

  @TempDir private static Path folder;

  private static Path vae;
  private static Path cvae;

  @BeforeAll
  static void train() {
    vae = folder.resolve("vae");
    cvae = folder.resolve("cvae");
    Cli.train("vae", vae, "--epochs=1");
    Cli.train("cvae", cvae, "--epochs=1", "--set", "prior=network");
  }

  private static void assertGrid(int columns, int rows, Path file) throws IOException {
    BufferedImage picture = ImageIO.read(file.toFile());
    assertEquals(columns * CELL + 2, picture.getWidth());
    assertEquals(rows * CELL + 2, picture.getHeight());
  }

  @Test
  void samples() throws IOException {
    Path file = folder.resolve("new").resolve("samples.png");
    Cli.run("sample", vae.toString(), "--count=24", "--out", file.toString()).succeeded();
    assertGrid(8, 3, file);

    byte[] first = Files.readAllBytes(file);
    Cli.run("sample", vae.toString(), "--count=24", "--out", file.toString()).succeeded();
    assertEquals(-1, Files.mismatch(file, Files.write(folder.resolve("first"), first)));
    Cli.run("sample", vae.toString(), "--count=24", "--seed=2", "--out", file.toString());
    assertFalse(Files.mismatch(file, folder.resolve("first")) == -1);
  }

  @Test
  void samplesALabel() throws IOException {
    Cli sampled = Cli.run("sample", cvae.toString(), "--label=3", "--count=5").succeeded();
    assertEquals(cvae.resolve("samples/sample.png").toString(), sampled.out().strip());
    assertGrid(5, 1, cvae.resolve("samples/sample.png"));

    Path file = folder.resolve("labels.png");
    Cli.run("sample", cvae.toString(), "--out", file.toString()).succeeded();
    assertGrid(10, 10, file);
  }

  @Test
  void refusesLabelsThatAreNone() {
    String unconditional = Cli.run("sample", vae.toString(), "--label=3").failure();
    assertEquals(
        "glimpse: --label: a vae does not know labels; train a cvae for that", unconditional);
    String tooLarge = Cli.run("sample", cvae.toString(), "--label=10").failure();
    assertEquals(
        "glimpse: --label: there is no label 10, only 0, 1, 2, 3, 4, 5, 6, 7, 8, 9", tooLarge);
  }

  @Test
  void reconstructs() throws IOException {
    for (Path run : List.of(vae, cvae)) {
      Cli.run("reconstruct", run.toString(), "--count=20").succeeded();
      assertGrid(16, 4, run.resolve("samples/reconstructions.png"));
    }
  }

  @Test
  void interpolates() throws IOException {
    for (Path run : List.of(vae, cvae)) {
      Cli.run("interpolate", run.toString(), "--steps=4", "--count=3").succeeded();
      assertGrid(6, 3, run.resolve("samples/interpolations.png"));
    }
  }

  @Test
  void evaluatesAsTheTrainingDid() {
    double trained = RunFolder.open(vae).metrics().get(2).values().get("elbo");
    JsonObject json = json(Cli.run("evaluate", vae.toString(), "--json", "--no-quality"));
    assertEquals(trained, json.get("elbo").getAsDouble());
    assertEquals("test", json.get("split").getAsString());
    assertEquals(2000, json.get("images").getAsInt());
    assertEquals(
        -json.get("elbo").getAsDouble(),
        json.get("kl").getAsDouble() + json.get("reconstruction").getAsDouble(),
        1e-3);
  }

  @Test
  void manySamplesComeNearerToTheLikelihood() {
    for (Path run : List.of(vae, cvae)) {
      JsonObject json =
          json(
              Cli.run(
                  "evaluate",
                  run.toString(),
                  "--split=validation",
                  "--count=30",
                  "--samples=150",
                  "--no-quality",
                  "--json"));
      assertEquals(150, json.get("samples").getAsInt());
      double likelihood = json.get("logLikelihood").getAsDouble();
      assertTrue(likelihood > json.get("elbo").getAsDouble(), json::toString);
      assertTrue(json.get("logLikelihoodStandardError").getAsDouble() > 0);
    }
    Cli lines =
        Cli.run("evaluate", cvae.toString(), "--count=5", "--samples=2", "--no-quality")
            .succeeded();
    assertTrue(lines.out().contains("log p(x | y) "), lines.out());
  }

  private static JsonObject json(Cli result) {
    assertEquals(1, result.succeeded().out().lines().count());
    return JsonParser.parseString(result.out()).getAsJsonObject();
  }

  @Test
  void aMissingRunIsNamed() {
    String failure = Cli.run("sample", folder.resolve("none").toString()).failure();
    assertTrue(failure.contains("is no run"), failure);
  }

  @Test
  void imagesOfAnotherSizeAreRefused() throws IOException {
    Path small = Files.createDirectory(folder.resolve("small"));
    for (String part : List.of("train", "t10k")) {
      IdxFiles.write(small, part + "-images-idx3-ubyte", IdxFiles.images(24, 4, 5));
      IdxFiles.write(small, part + "-labels-idx1-ubyte", IdxFiles.labels(24, 3));
    }
    String failure = Cli.run("evaluate", vae.toString(), "--data", small.toString()).failure();
    assertTrue(failure.contains("was trained on images of 28 x 28 x 1"), failure);
    assertTrue(failure.contains("has 4 x 5 x 1"), failure);
  }

  @Test
  void aDamagedCheckpointIsNamed() throws IOException {
    Path run = folder.resolve("damaged");
    Cli.train("vae", run, "--epochs=1");
    Path tensors = RunFolder.open(run).latest().orElseThrow().resolve("tensors.safetensors");
    byte[] bytes = Files.readAllBytes(tensors);
    Files.write(tensors, Arrays.copyOf(bytes, bytes.length / 2));
    for (String command : List.of("sample", "evaluate")) {
      String failure = Cli.run(command, run.toString()).failure();
      assertTrue(failure.startsWith("glimpse: " + tensors + ": "), failure);
    }
    String failure = Cli.run("train", "--resume", run.toString(), "--epochs=2").failure();
    assertTrue(failure.startsWith("glimpse: " + tensors + ": "), failure);
  }
}
