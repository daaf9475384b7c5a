package dev.glimpse.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.glimpse.io.AtomicFiles;
import dev.glimpse.io.CheckpointException;
import dev.glimpse.io.JsonFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a run is made of, as {@code config.json} holds it: enough to make it again.
 *
 * @param model the name of the model's kind
 * @param data where the images come from, as {@code --data} says it
 * @param device its name, for the reader; a run can go on on another one
 * @param compute the options by which it computed, as far as they were given
 * @param shape of the images
 * @param settings every setting, as text
 */
public record RunConfig(
    String model,
    String data,
    String device,
    Map<String, String> compute,
    DataShape shape,
    Map<String, String> settings) {
  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  public static RunConfig of(
      String model, String data, String device, DataShape shape, Settings settings) {
    return new RunConfig(model, data, device, Map.of(), shape, Map.of()).with(settings);
  }

  /** The same run with other settings. */
  public RunConfig with(Settings others) {
    var texts = new LinkedHashMap<String, String>();
    others.all().forEach(s -> texts.put(s.name(), String.valueOf(s.value())));
    return new RunConfig(model, data, device, compute, shape, texts);
  }

  /** The same run, computed by other options. */
  public RunConfig computedBy(Map<String, String> options) {
    return new RunConfig(model, data, device, new LinkedHashMap<>(options), shape, settings);
  }

  /** Sets all settings to the run's. */
  public Settings applyTo(Settings defined) {
    settings.forEach(defined::set);
    return defined;
  }

  void write(Path file) {
    AtomicFiles.writeText(file, GSON.toJson(this) + "\n");
  }

  static RunConfig read(Path file) {
    String remedy = "choose the folder of a run";
    RunConfig config = JsonFile.read(file, RunConfig.class, remedy);
    boolean complete =
        config.model != null
            && config.data != null
            && config.shape != null
            && config.settings != null
            && !config.settings.containsValue(null)
            && (config.compute == null || !config.compute.containsValue(null));
    if (!complete || !config.shape.isPossible()) {
      throw new CheckpointException(file, "is no run's configuration", remedy);
    }
    // Runs of before it was kept have none.
    return config.compute == null ? config.computedBy(Map.of()) : config;
  }
}
