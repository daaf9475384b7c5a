package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.glimpse.data.ClassNames;
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

  @Test
  void theCardHasTheNamesOfTheClasses() {
    Path bundle = folder.resolve("m.glimpse");
    String run = SmallRuns.perceptron("vae").toString();
    Cli.run("export", run, "--out=" + bundle, "--functions=decode", "--batch=1").succeeded();
    try (GlimpseModel model = GlimpseModel.load(bundle.toString())) {
      List<String> names =
          JsonParser.parseString(model.card())
              .getAsJsonObject()
              .getAsJsonArray("classes")
              .asList()
              .stream()
              .map(JsonElement::getAsString)
              .toList();
      assertEquals(ClassNames.numbers(10), names);
      assertEquals(names.size(), model.images().classes());
    }
  }
}
