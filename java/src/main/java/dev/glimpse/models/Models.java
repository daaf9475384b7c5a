package dev.glimpse.models;

import dev.glimpse.train.DataShape;
import dev.glimpse.train.Model;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import dev.glimpse.train.TrainingSettings;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The models by the names under which the command line knows them. */
public final class Models {
  /** All models. */
  public static final List<Kind> ALL =
      List.of(
          new Kind("vae", "variational auto-encoder", Vae::settings, Vae::new),
          new Kind(
              "cvae",
              "conditional variational auto-encoder on labels",
              ConditionalVae::settings,
              ConditionalVae::new));

  private Models() {}

  /**
   * A kind of model.
   *
   * @param name on the command line
   * @param description one line
   * @param modelSettings the settings of the model alone
   * @param create makes a model for data, as settings say
   */
  public record Kind(
      String name,
      String description,
      Supplier<Settings> modelSettings,
      BiFunction<DataShape, Settings, Model> create) {
    /** All settings of a run, with their defaults. */
    public Settings settings() {
      return TrainingSettings.define(modelSettings.get());
    }
  }

  /** The kind of a name, or an error that lists all. */
  public static Kind named(String name) {
    return ALL.stream()
        .filter(kind -> kind.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new SettingException(
                    "there is no model '%s', only %s"
                        .formatted(
                            name, ALL.stream().map(Kind::name).collect(Collectors.joining(", ")))));
  }
}
