package dev.glimpse.cli;

import dev.glimpse.data.Sources;
import dev.glimpse.models.GivenPart;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import dev.glimpse.train.TrainingSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options that set settings: any by {@code --set}, the most common by options of their own. */
final class SettingOptions {
  @Option(names = "--epochs", paramLabel = "N", description = "Passes over the training images.")
  private Integer epochs;

  @Option(names = "--batch", paramLabel = "N", description = "Images per step.")
  private Integer batch;

  @Option(names = "--lr", paramLabel = "RATE", description = "Learning rate.")
  private Double rate;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      description = "Of initial weights, order, noise and built-in digits.")
  private Integer seed;

  @Option(
      names = "--condition",
      paramLabel = "KIND",
      description = "What a cvae is told: labels, or quadrants of the image, which it completes.")
  private String condition;

  @Option(
      names = "--labels",
      paramLabel = "N",
      description = "Training images whose labels a semi-supervised model is told.")
  private Integer labels;

  @Option(
      names = "--unlabelled",
      paramLabel = "SOURCE",
      description =
          "What a semi-supervised model learns from without labels, in place of the images of"
              + " --data: digits, mnist or a folder, of pictures or with IDX images.")
  private String unlabelled;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "Start from weights that 'glimpse weights' wrote, .safetensors or .npz.")
  private Path weights;

  @Option(
      names = "--set",
      arity = "1..*",
      paramLabel = "NAME=VALUE",
      description = "Set any setting; --settings lists them.")
  private final List<String> others = new ArrayList<>();

  void applyTo(Settings settings) {
    boolean conditional = settings.has("condition");
    if (condition != null && !conditional) {
      throw new SettingException("--condition is for a cvae; this model takes none");
    }
    if ((labels != null || unlabelled != null) && !TrainingSettings.isSemiSupervised(settings)) {
      throw new SettingException(
          "%s is for a semi-supervised model, such as ssl; this one knows all labels"
              .formatted(labels != null ? "--labels" : "--unlabelled"));
    }
    others.forEach(settings::set);
    set(settings, "train.epochs", epochs);
    set(settings, "train.batch", batch);
    set(settings, "train.lr", rate);
    set(settings, "train.seed", seed);
    set(settings, "condition", condition);
    set(settings, TrainingSettings.LABELS, labels);
    set(settings, TrainingSettings.UNLABELLED, unlabelled);
    set(settings, "train.weights", weights);
    // A run goes on from any folder.
    change(settings, TrainingSettings.UNLABELLED, Sources::lasting);
    change(
        settings, "train.weights", file -> Path.of(file).toAbsolutePath().normalize().toString());
    if (conditional && settings.text("condition").equals("quadrants")) {
      change(settings, "given", GivenPart::lasting);
    } else if (others.stream().anyMatch(other -> other.startsWith("given="))) {
      throw new SettingException("given is for --condition quadrants");
    }
  }

  private static void change(Settings settings, String name, UnaryOperator<String> change) {
    boolean known = settings.has(name);
    if (known && !settings.text(name).isEmpty()) {
      settings.set(name, change.apply(settings.text(name)));
    }
  }

  private static void set(Settings settings, String name, Object value) {
    if (value != null) {
      settings.set(name, value.toString());
    }
  }

  /** For a run that goes on: it may get longer, and nothing else may change. */
  void extend(Settings settings) {
    boolean changes =
        Stream.of(batch, rate, seed, condition, labels, unlabelled, weights)
                .anyMatch(Objects::nonNull)
            || !others.isEmpty();
    if (changes) {
      throw new SettingException(
          "a run goes on with its own settings; with --resume only --epochs and --device may be"
              + " given");
    }
    set(settings, "train.epochs", epochs);
  }
}
