package dev.glimpse.train;

import java.nio.file.Path;
import java.util.List;

/** Watches a training. All methods are called between steps, on the training's thread. */
public interface TrainingListener {
  /**
   * After the model was given a file's weights, before it is started.
   *
   * @param anew the parts of the model that the file has nothing of
   */
  default void startedFrom(Path weights, List<String> anew) {}

  /** Before the first step. */
  default void started(Trainer trainer) {}

  /** A few times per second. */
  default void progressed(Progress progress) {}

  /** After each evaluation. */
  default void evaluated(Evaluation evaluation) {}

  /** After each epoch that was evaluated, when the parameters are those of the checkpoint. */
  default void checkpointed(Path checkpoint, int epoch) {}

  /**
   * At the end; the parameters are those that the run is judged by. What takes long may be given up
   * when the trainer {@link Trainer#isStopping is stopping}.
   */
  default void finished(Trainer trainer, Evaluation test) {}

  /** When the trainer closes, after success or failure: the last use of its device. */
  default void closing() {}

  /**
   * How far a training is.
   *
   * @param epoch the current one, from 0
   * @param epochs of the run
   * @param batch batches done of this epoch
   * @param batches of an epoch
   * @param imagesPerSecond since the start
   */
  record Progress(int epoch, int epochs, int batch, int batches, double imagesPerSecond) {}
}
