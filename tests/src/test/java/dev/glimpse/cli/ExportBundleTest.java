package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.glimpse.embed.GlimpseModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportBundleTest {
  @TempDir private Path folder;

  @Test
  void whatIsAskedForTwiceIsThereOnce() {
    Path bundle = folder.resolve("m.glimpse");
    String run = SmallRuns.perceptron("vae").toString();
    String functions = "--functions=sample,decode,sample";
    Cli.run("export", run, "--out=" + bundle, functions, "--batch=2,1,2").succeeded();
    try (GlimpseModel model = GlimpseModel.load(bundle.toString())) {
      assertEquals(List.of("sample", "decode"), List.copyOf(model.functions().keySet()));
      assertEquals(Set.of(1, 2), model.functions().get("sample"));
    }
  }
}
