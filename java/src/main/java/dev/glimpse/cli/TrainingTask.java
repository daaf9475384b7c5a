package dev.glimpse.cli;

import dev.glimpse.data.DataException;
import dev.glimpse.data.ImageSet;
import dev.glimpse.data.Sources;
import dev.glimpse.data.Splits;
import dev.glimpse.device.Device;
import dev.glimpse.io.CheckpointException;
import dev.glimpse.models.Models;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Model;
import dev.glimpse.train.PyTorchWeights;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import dev.glimpse.train.TrainingSettings;
import java.nio.file.Path;

/**
 * What is trained on what, before there is a device: a model and its images, as settings say.
 *
 * @param kind the name of the model's kind
 * @param data where the images come from, as a run keeps it
 */
record TrainingTask(String kind, String data, Settings settings, Splits splits, Model model) {

  /**
   * That of a new run.
   *
   * @param data as {@code --data} says it
   * @throws SettingException where settings do not go together
   * @throws DataException also where there are not as many labelled images as a semi-supervised
   *     model is to be told
   * @throws CheckpointException when the weights to start from cannot be read
   */
  static TrainingTask of(String kind, String data, Settings settings) {
    Splits splits = load(data, settings);
    Model model = Models.named(kind).create(DataShape.of(splits.train()), settings);
    String weights = settings.text("train.weights");
    if (!weights.isEmpty()) {
      PyTorchWeights.check(Path.of(weights));
    }
    return new TrainingTask(kind, Sources.lasting(data), settings, splits, model);
  }

  /**
   * That of a run that goes on.
   *
   * @param settings the run's, of which it may have got more epochs
   * @throws DataException also when the images are no longer those that it was started with
   */
  static TrainingTask of(RunFolder run, Settings settings) {
    RunConfig config = run.config();
    Splits splits = load(config.data(), settings);
    Model model = Models.named(config.model()).create(config.shape(), settings);
    LoadedRun.checkShape(run, model, splits.train());
    return new TrainingTask(config.model(), config.data(), settings, splits, model);
  }

  private static Splits load(String source, Settings settings) {
    Models.checkTraining(settings);
    int seed = settings.integer("train.seed");
    Splits splits = Sources.load(source, TrainingSettings.imageFormat(settings), seed);
    if (!TrainingSettings.isSemiSupervised(settings)) {
      return splits;
    }
    int labels = settings.integer(TrainingSettings.LABELS);
    ImageSet train = splits.train();
    if (labels > train.size()) {
      throw new DataException(
          "%,d labels are asked for, and %s has %,d images to train on"
              .formatted(labels, train.name(), train.size()));
    }
    train.balanced(labels, seed);
    String others = settings.text(TrainingSettings.UNLABELLED);
    return others.isEmpty() ? splits : Sources.withUnlabelled(splits, source, others, seed);
  }

  /** A new run of it. */
  RunFolder run(Path folder, Device device, ComputeOptions compute) {
    var config = RunConfig.of(kind, data, device.info().name(), splits.train(), settings);
    return RunFolder.fresh(folder, config.computedBy(compute.given()));
  }

  /** The images that it learns from, in words. */
  String images() {
    int size = settings.integer("train.size");
    ImageSet all = model.semiSupervised() ? splits.unlabelled() : splits.train();
    int images = size > 0 ? Math.min(size, all.size()) : all.size();
    if (!model.semiSupervised()) {
      return "%,d images of %s".formatted(images, data);
    }
    String others = settings.text(TrainingSettings.UNLABELLED);
    return "%,d images of %s without labels and %,d of %s with them"
        .formatted(
            images,
            others.isEmpty() ? data : others,
            settings.integer(TrainingSettings.LABELS),
            data);
  }
}
