package dev.glimpse.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.glimpse.data.ImageSet;
import dev.glimpse.io.AtomicFiles;
import dev.glimpse.io.CheckpointException;
import dev.glimpse.io.JsonFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run is made of, as {@code config.json} holds it: enough to make it again.
 *
 * @param model the name of the model's kind
 * @param data where the images come from, as {@code --data} says it
 * @param device its name, for the reader; a run can go on on another one
 * @param compute the options by which it computed, as far as they were given
 * @param shape of the images
 * @param classes the name of each label; none where there are no labels, and in runs of before
 *     names were kept
 * @param settings every setting, as text
 */
public record RunConfig(
    String model,
    String data,
    String device,
    Map<String, String> compute,
    DataShape shape,
    List<String> classes,
    Map<String, String> settings) {
  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  /**
   * That of a new run.
   *
   * @param images some of those that it learns from
   */
  public static RunConfig of(
      String model, String data, String device, ImageSet images, Settings settings) {
    DataShape shape = DataShape.of(images);
    return new RunConfig(model, data, device, Map.of(), shape, images.classNames(), Map.of())
        .with(settings);
  }

  /** The same run with other settings. */
  public RunConfig with(Settings others) {
    var texts = new LinkedHashMap<String, String>();
    others.all().forEach(s -> texts.put(s.name(), String.valueOf(s.value())));
    return new RunConfig(model, data, device, compute, shape, classes, texts);
  }

  /** The same run, computed by other options. */
  public RunConfig computedBy(Map<String, String> options) {
    return new RunConfig(
        model, data, device, new LinkedHashMap<>(options), shape, classes, settings);
  }

  /** The name of a label; its number where the run has no names. */
  public String className(int label) {
    return classes.isEmpty() ? String.valueOf(label) : classes.get(label);
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
    if (!complete || !config.shape.isPossible() || !config.namesFit()) {
      throw new CheckpointException(file, "is no run's configuration", remedy);
    }
    return config.withWhatOlderRunsLack();
  }

  private boolean namesFit() {
    return classes == null
        || classes.isEmpty()
        || classes.size() == shape.classes() && !classes.contains(null);
  }

  private RunConfig withWhatOlderRunsLack() {
    return new RunConfig(
        model,
        data,
        device,
        compute == null ? Map.of() : compute,
        shape,
        classes == null ? List.of() : classes,
        settings);
  }
}
