package dev.glimpse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.glimpse.data.Digits;
import dev.glimpse.data.Splits;
import dev.glimpse.device.Device;
import dev.glimpse.device.Devices;
import dev.glimpse.device.TestDevices;
import dev.glimpse.models.Models;
import dev.glimpse.profile.RoofCache;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Model;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.Settings;
import dev.glimpse.train.Trainer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ProfileCommandTest {
  @TempDir private static Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return new CommandLine(new ProfileCommand(new RoofCache(folder.resolve("roofs"))))
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .setExecutionExceptionHandler(
            (e, command, parsed) -> {
              command.getErr().println(e.getMessage());
              return 1;
            })
        .execute(arguments);
  }

  @Test
  void profilesAModel() {
    Path trace = folder.resolve("trace.json");
    String[] arguments = {
      "vae",
      "--batch=16",
      "--set=hidden=24",
      "--set=latent=4",
      "--steps=2",
      "--by=layer",
      "--trace=" + trace
    };
    assertEquals(0, run(arguments), err::toString);
    assertTrue(out.toString().startsWith("vae, batches of 16, on "), out::toString);
    assertTrue(out.toString().contains("\nencoder.0 "), out::toString);
    assertTrue(Files.exists(trace));
  }

  @Test
  void profilesARunWithItsSettings() {
    Path run = folder.resolve("run");
    train(run);
    assertEquals(0, run(run.toString(), "--steps=2", "--json", "--by=launch"), err::toString);
    JsonObject json = JsonParser.parseString(out.toString()).getAsJsonObject();
    long largest =
        json.getAsJsonArray("launch").asList().stream()
            .mapToLong(row -> row.getAsJsonObject().get("flops").getAsLong())
            .max()
            .orElseThrow();
    assertTrue(largest < 2 * 100 * 784 * 24, "batch and layers are not the run's: " + largest);
  }

  private static void train(Path run) {
    Models.Kind kind = Models.named("vae");
    Settings settings = kind.settings();
    settings.set("hidden", "24");
    settings.set("latent", "4");
    settings.set("train.epochs", "1");
    settings.set("train.batch", "16");
    var images = Digits.generate(32, 1);
    DataShape shape = DataShape.of(images);
    Model model = kind.create(shape, settings);
    var config = RunConfig.of("vae", "digits", "test", images, settings);
    try (Device device = Devices.open(TestDevices.info());
        var trainer =
            new Trainer(
                device,
                model,
                settings,
                new Splits(images, images, images),
                RunFolder.fresh(run, config),
                List.of())) {
      trainer.train();
    }
  }

  @Test
  void saysWhatItDoesNotKnow() {
    assertEquals(1, run("nothing"));
    assertTrue(err.toString().contains("'nothing' is no model (vae, "), err::toString);
    assertEquals(2, run("vae", "--by=colour"));
    assertTrue(err.toString().contains("kernel, layer, launch"), err::toString);
    assertEquals(2, run("vae", "--steps=0"));
    assertEquals(1, run("vae", "--batch=0"));
  }
}
