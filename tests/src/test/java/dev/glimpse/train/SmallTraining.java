package dev.glimpse.train;

import dev.glimpse.data.Digits;
import dev.glimpse.data.Splits;
import dev.glimpse.device.Device;
import dev.glimpse.models.Models;
import java.nio.file.Path;
import java.util.List;

/** Trainings of small models on few images. */
public final class SmallTraining {
  private SmallTraining() {}

  /** 1,000 images to learn from, 200 each to validate and test. */
  public static Splits digits() {
    return new Splits(Digits.generate(1000, 1), Digits.generate(200, 2), Digits.generate(200, 3));
  }

  /** The settings of a model with {@code name=value} changes. */
  public static Settings settings(String model, String... changes) {
    Settings settings = Models.named(model).settings();
    for (String change : changes) {
      int equals = change.indexOf('=');
      settings.set(change.substring(0, equals), change.substring(equals + 1));
    }
    return settings;
  }

  /** A trainer in a fresh folder. */
  public static Trainer trainer(
      Device device, String model, Settings settings, Path folder, TrainingListener... listeners) {
    var config = RunConfig.of(model, "digits", device.info().name(), digits().train(), settings);
    return trainer(device, settings, RunFolder.fresh(folder, config), listeners);
  }

  /** A trainer of the run that such a one has begun, which goes on with it. */
  static Trainer resumed(Device device, RunFolder run) {
    RunConfig config = run.config();
    Settings settings = config.applyTo(Models.named(config.model()).settings());
    Trainer trainer = trainer(device, settings, run);
    trainer.resume();
    return trainer;
  }

  private static Trainer trainer(
      Device device, Settings settings, RunFolder run, TrainingListener... listeners) {
    Splits splits = digits();
    RunConfig config = run.config();
    Model model = Models.named(config.model()).create(config.shape(), settings);
    return new Trainer(device, model, settings, splits, run, List.of(listeners));
  }
}
