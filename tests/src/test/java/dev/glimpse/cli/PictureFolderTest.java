package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.glimpse.data.Pictures;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Evaluation;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a folder of pictures. */
class PictureFolderTest {
  @TempDir private Path folder;

  private Path pictures;
  private Path run;

  @BeforeEach
  void makePictures() throws IOException {
    pictures = folder.resolve("pictures");
    run = folder.resolve("run");
    for (int i = 0; i < 100; i++) {
      Path file = pictures.resolve(i % 2 == 0 ? "dark" : "light").resolve(i + ".png");
      int grey = 100 * (i % 2) + i;
      Pictures.write(file, Pictures.colour(20 + i % 3, 18, grey << 16 | grey << 8 | 40));
    }
  }

  @Test
  void aRunRemembersTheFormOfItsImages() throws IOException {
    Cli.train("vae", run, "--epochs=1", "--data", pictures.toString(), "--set", "data.size=8");
    RunConfig config = RunFolder.open(run).config();
    assertEquals(new DataShape(8, 8, 3, 2), config.shape());
    assertEquals("8", config.settings().get("data.size"));
    assertEquals("3", config.settings().get("data.channels"));

    Cli.run("train", "--resume", run.toString(), "--epochs=2").succeeded();
    Path sample = folder.resolve("sample.png");
    Cli.run("sample", run.toString(), "--count=1", "--out", sample.toString()).succeeded();
    assertEquals(3, ImageIO.read(sample.toFile()).getRaster().getNumBands());
    Cli.run("reconstruct", run.toString(), "--count=4").succeeded();
    Evaluation last = RunFolder.open(run).metrics().get(4);
    assertEquals("test", last.split());
    String measures = Cli.run("evaluate", run.toString(), "--json").succeeded().out();
    JsonObject json = JsonParser.parseString(measures).getAsJsonObject();
    last.values().forEach((name, value) -> assertEquals(value, json.get(name).getAsDouble(), name));
  }

  @Test
  void classesHaveTheirNames() throws IOException {
    Cli trained =
        Cli.train(
            "ssl",
            run,
            "--epochs=1",
            "--data",
            "" + pictures,
            "--set",
            "data.size=8",
            "--labels=10");
    assertTrue(trained.out().contains("\nclasses dark, light\n"), trained.out());
    assertEquals(List.of("dark", "light"), RunFolder.open(run).config().classes());
    String report = Files.readString(run.resolve("report.html"));
    assertTrue(report.contains("<tr><th>light</th>"), report);

    Cli.run("sample", "" + run, "--label=light", "--count=1").succeeded();
    String unknown = Cli.run("sample", "" + run, "--label=1").failure();
    assertEquals("glimpse: --label: there is no label 1, only dark, light", unknown);

    String picture = pictures.resolve("dark/0.png").toString();
    String read = Cli.run("classify", "" + run, picture).succeeded().out();
    assertTrue(read.matches("(?s).*(dark|light) +[0-9.]+%.*"), read);
    String json = Cli.run("classify", "" + run, picture, "--json").succeeded().out();
    assertTrue(json.contains("\"classes\":[\"dark\",\"light\"]"), json);

    Files.move(pictures.resolve("light"), pictures.resolve("bright"));
    String refused = Cli.run("evaluate", "" + run).failure();
    assertEquals(
        "glimpse: %s was trained on the classes dark, light; pictures has bright, dark"
            .formatted(run),
        refused);
  }

  @Test
  void runsOfBeforeNamesWereKeptGoOn() throws IOException {
    Cli.train("cvae", run, "--epochs=1", "--data", "" + pictures, "--set", "data.size=8");
    Path file = run.resolve("config.json");
    String config = Files.readString(file);
    Files.writeString(file, config.replaceFirst("(?s) *\"classes\": \\[.*?\\],\n", ""));
    assertEquals(List.of(), RunFolder.open(run).config().classes());
    Cli.run("train", "--resume", "" + run, "--epochs=2").succeeded();
    Cli.run("sample", "" + run, "--label=1").succeeded();
    Files.writeString(file, config.replace("\"light\"", "\"light\", \"third\""));
    String damaged = Cli.run("sample", "" + run).failure();
    assertTrue(damaged.contains("is no run's configuration"), damaged);
  }

  @Test
  void aModelOfDigitsIsJudgedByGreyPicturesOfItsSize() {
    Cli.train("vae", run, "--epochs=1");
    Cli.run("evaluate", run.toString(), "--data", pictures.toString()).succeeded();
  }
}
