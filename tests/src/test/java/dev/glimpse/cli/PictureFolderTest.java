package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glimpse.data.Pictures;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
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
    String measures = Cli.run("evaluate", run.toString()).succeeded().out();
    assertTrue(measures.contains("10 "), measures);
  }

  @Test
  void aModelOfDigitsIsJudgedByGreyPicturesOfItsSize() {
    Cli.train("vae", run, "--epochs=1");
    Cli.run("evaluate", run.toString(), "--data", pictures.toString()).succeeded();
  }
}
