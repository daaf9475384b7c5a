package dev.glimpse.models;

import dev.glimpse.device.Device;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.io.CheckpointException;
import dev.glimpse.train.Checkpoint;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Model;
import dev.glimpse.train.RunConfig;
import dev.glimpse.train.RunFolder;
import dev.glimpse.train.Settings;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The model of a run of one of {@link Models}, with the parameters of the run's {@link
 * RunFolder#preferred preferred} checkpoint in the memory of a device. The device is the caller's,
 * who closes it after this; so are the plans that the caller builds on the {@link #store}.
 */
public final class TrainedModel implements AutoCloseable {
  private final RunFolder run;
  private final Settings settings;
  private final Model model;
  private final ParameterStore store;
  private final Path checkpoint;

  private TrainedModel(RunFolder run, Device device) {
    this.run = run;
    RunConfig config = run.config();
    Path preferred = run.preferred();
    Models.Kind kind = Models.named(config.model());
    settings = config.applyTo(kind.settings());
    model = kind.create(config.shape(), settings);
    store = new ParameterStore(device, model.parameters(), 0);
    try {
      checkpoint = readParameters(preferred);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** Reads a checkpoint; another one where a training goes on and has deleted it meanwhile. */
  private Path readParameters(Path preferred) {
    try {
      Checkpoint.readParameters(preferred, store);
      return preferred;
    } catch (CheckpointException e) {
      if (Files.exists(preferred)) {
        throw e;
      }
      return readParameters(run.preferred());
    }
  }

  /**
   * Loads the model of a run.
   *
   * @param run the folder that a training made
   * @param device stays open when this is closed, also where this cannot be opened
   * @throws CheckpointException where there is no run, or no checkpoint yet, or one is damaged
   * @throws dev.glimpse.train.SettingException where the run is of a model that is not among {@link
   *     Models}, or has settings that it does not know
   */
  public static TrainedModel open(Path run, Device device) {
    return open(RunFolder.open(run), device);
  }

  /** Loads the model of a run whose folder is open, likewise. */
  public static TrainedModel open(RunFolder run, Device device) {
    return new TrainedModel(run, device);
  }

  public RunFolder run() {
    return run;
  }

  /** What the parameters were read from. */
  public Path checkpoint() {
    return checkpoint;
  }

  public RunConfig config() {
    return run.config();
  }

  /** All settings of the run. */
  public Settings settings() {
    return settings;
  }

  /**
   * The graphs. What the model can do is what it is an instance of, such as {@link
   * dev.glimpse.train.GenerativeModel}.
   */
  public Model model() {
    return model;
  }

  /** The parameters. */
  public ParameterStore store() {
    return store;
  }

  /** Of the images that the model was trained on. */
  public DataShape shape() {
    return run.config().shape();
  }

  /** Frees the parameters' memory. Plans that read them must be closed before. */
  @Override
  public void close() {
    store.close();
  }
}
