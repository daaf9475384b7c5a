package dev.glimpse.cli;

import dev.glimpse.data.ClassNames;
import dev.glimpse.data.DataException;
import dev.glimpse.data.ImageFormat;
import dev.glimpse.data.ImageSet;
import dev.glimpse.data.Sources;
import dev.glimpse.data.Splits;
import dev.glimpse.device.Device;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.models.TrainedModel;
import dev.glimpse.train.Binarisation;
import dev.glimpse.train.CompletionModel;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.LatentModel;
import dev.glimpse.train.Model;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.SequentialModel;
import dev.glimpse.train.SettingException;
import dev.glimpse.train.Settings;
import dev.glimpse.train.StepwiseModel;
import java.nio.file.Path;
import java.util.function.Supplier;

/** The model of a run, and the device that it is on. */
final class LoadedRun implements AutoCloseable {
  private final TrainedModel trained;
  private final Device device;

  private LoadedRun(RunFolder run, Supplier<Device> opening) {
    device = opening.get();
    try {
      trained = TrainedModel.open(run, device);
    } catch (RuntimeException e) {
      device.close();
      throw e;
    }
  }

  /**
   * Loads the model.
   *
   * @param opening opens the device, once it is known that there is a run
   */
  static LoadedRun open(Path run, Supplier<Device> opening) {
    return new LoadedRun(RunFolder.open(run), opening);
  }

  RunFolder run() {
    return trained.run();
  }

  Path checkpoint() {
    return trained.checkpoint();
  }

  Settings settings() {
    return trained.settings();
  }

  Model model() {
    return trained.model();
  }

  /**
   * The model as one that can do more.
   *
   * @param ability what the model lacks if it is none, for example "code for an image"
   */
  <T extends Model> T model(Class<T> kind, String ability) {
    if (kind.isInstance(model())) {
      return kind.cast(model());
    }
    String which = model() instanceof CompletionModel ? " that completes images" : "";
    throw new SettingException(
        "a %s%s has no %s".formatted(run().config().model(), which, ability));
  }

  /** The model, where it has codes. */
  LatentModel latentModel() {
    return model(LatentModel.class, "code for an image");
  }

  /** The model, where it draws given images again glimpse by glimpse. */
  SequentialModel sequentialModel() {
    return model(
        SequentialModel.class, "glimpses to watch; draw, cdraw and drawgan draw in such steps");
  }

  /** The model, where it draws step by step. */
  StepwiseModel stepwiseModel() {
    return model(
        StepwiseModel.class, "steps to watch; draw, cdraw, drawgan, flowmatch and cflowmatch do");
  }

  ParameterStore store() {
    return trained.store();
  }

  /** Of the images that the model was trained on. */
  DataShape shape() {
    return trained.shape();
  }

  /**
   * Loads images for the model; those of a folder of pictures are scaled to what it knows.
   *
   * @param source as {@code --data} says it; null for what the model was trained on
   * @throws DataException when they are of another shape
   */
  Splits data(String source) {
    String name = source == null ? run().config().data() : source;
    var format = new ImageFormat(shape().height(), shape().channels());
    Splits splits = Sources.load(name, format, settings().integer("train.seed"));
    checkShape(run(), model(), splits.train());
    return splits;
  }

  /** Images as the model sees them. */
  ImageSet asSeen(ImageSet images) {
    return Binarisation.of(settings()).forEvaluation(images);
  }

  /**
   * Where a picture is to be written.
   *
   * @param asked by the user, or null
   * @param name that it has in the run otherwise
   */
  Path picture(Path asked, String name) {
    return asked == null ? run().samples().resolve(name) : asked;
  }

  /**
   * What picture files are made into for the model.
   *
   * @throws DataException where its images are not square
   */
  ImageFormat pictureFormat() {
    if (shape().height() != shape().width()) {
      throw new DataException(
          "pictures are made square, and the model's images are %d x %d"
              .formatted(shape().height(), shape().width()));
    }
    return new ImageFormat(shape().height(), shape().channels());
  }

  /** Stops where a run's model cannot be used on images. */
  static void checkShape(RunFolder run, Model model, ImageSet images) {
    RunConfig config = run.config();
    DataShape expected = config.shape();
    DataShape found = DataShape.of(images);
    boolean samePixels =
        expected.height() == found.height()
            && expected.width() == found.width()
            && expected.channels() == found.channels();
    if (!samePixels || model.conditional() && expected.classes() != found.classes()) {
      throw new DataException(
          "%s was trained on images of %s; %s has %s"
              .formatted(run.path(), expected.described(), images.name(), found.described()));
    }
    boolean sameNames = config.classes().isEmpty() || config.classes().equals(images.classNames());
    if (model.conditional() && !sameNames) {
      throw new DataException(
          "%s was trained on the classes %s; %s has %s"
              .formatted(
                  run.path(),
                  ClassNames.listed(config.classes()),
                  images.name(),
                  ClassNames.listed(images.classNames())));
    }
  }

  @Override
  public void close() {
    trained.close();
    device.close();
  }
}
