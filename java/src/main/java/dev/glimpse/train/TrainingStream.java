package dev.glimpse.train;

import dev.glimpse.data.Batches;
import dev.glimpse.data.Distortion;
import dev.glimpse.data.ImageSet;
import dev.glimpse.graph.Plan;

/**
 * The batches of a training, copied into its plan. An epoch is one pass over the images; for a
 * semi-supervised model these are its unlabelled ones, and beside each of their batches goes one of
 * the labelled images, whose passes are shorter. Both orders follow from seed and epoch.
 */
public final class TrainingStream implements AutoCloseable {
  private final Batches images;
  private final Feed feed;

  /** Null unless the model is semi-supervised. */
  private final Batches labelled;

  private final Feed labelledFeed;

  /**
   * @param train all images to learn from
   * @param labelled those of them whose labels a semi-supervised model knows; null for another one
   * @param batch images per step
   */
  public TrainingStream(
      Plan plan, Settings settings, ImageSet train, ImageSet labelled, int batch) {
    long seed = settings.integer("train.seed");
    Distortion distortion = TrainingSettings.distortion(settings);
    images = new Batches(train, batch, seed, distortion);
    feed = new Feed(plan, labelled == null ? Example.IMAGES : Example.UNLABELLED);
    this.labelled =
        labelled == null
            ? null
            : new Batches(labelled, Math.min(batch, labelled.size()), seed, distortion);
    labelledFeed = labelled == null ? null : new Feed(plan, Example.IMAGES);
  }

  /** Steps in an epoch. */
  public int steps() {
    return images.batchesPerEpoch();
  }

  /** Goes to a batch of an epoch; there may be one more than the epoch has, its end. */
  public void seek(int epoch, int batch) {
    images.seek(epoch, batch);
    if (labelled != null) {
      long step = (long) epoch * steps() + batch;
      int each = labelled.batchesPerEpoch();
      labelled.seek(step / each, (int) (step % each));
    }
  }

  /**
   * Enqueues the copies of a step. Those of two steps are in flight: what was enqueued for the step
   * before the last must be done.
   */
  public void upload() {
    feed.upload(images.next());
    if (labelled != null) {
      labelledFeed.upload(labelled.next());
    }
  }

  @Override
  public void close() {
    images.close();
    if (labelled != null) {
      labelled.close();
    }
  }
}
