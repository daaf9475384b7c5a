package dev.glimpse.train;

import dev.glimpse.data.Batches;
import dev.glimpse.data.Distortion;
import dev.glimpse.data.ImageSet;
import dev.glimpse.graph.Plan;
import java.util.ArrayList;
import java.util.List;

/**
 * The batches of a training, copied into its plan. An epoch is one pass over the images; for a
 * semi-supervised model these are its unlabelled ones, and beside each of their batches goes one of
 * the labelled images, whose passes are shorter, and where the model asks for it the same
 * unlabelled images once more, distorted. All orders follow from seed and epoch.
 */
final class TrainingStream implements AutoCloseable {
  private record Source(Batches batches, Feed feed) {}

  /** The first one's passes are the epochs. */
  private final List<Source> sources = new ArrayList<>();

  TrainingStream(Plan plan, Settings settings, TrainingData data) {
    int batch = data.batch();
    long seed = settings.integer("train.seed");
    Distortion changes = TrainingSettings.distortion(settings);
    var batches = new Batches(data.train(), batch, seed, changes);
    ImageSet labelled = data.labelled();
    if (labelled == null) {
      sources.add(new Source(batches, new Feed(plan, Example.IMAGES)));
      return;
    }
    sources.add(new Source(batches, new Feed(plan, Example.UNLABELLED)));
    var known = new Batches(labelled, Math.min(batch, labelled.size()), seed, changes);
    sources.add(new Source(known, new Feed(plan, Example.IMAGES)));
    if (plan.hasInput(Example.DISTORTED)) {
      var again =
          new Batches(data.train(), batch, seed, TrainingSettings.consistency(settings), ~seed);
      sources.add(new Source(again, new Feed(plan, Example.DISTORTED)));
    }
  }

  /** Steps in an epoch. */
  int steps() {
    return sources.get(0).batches().batchesPerEpoch();
  }

  /** Goes to a batch of an epoch; there may be one more than the epoch has, its end. */
  void seek(int epoch, int batch) {
    long step = (long) epoch * steps() + batch;
    for (Source source : sources) {
      int each = source.batches().batchesPerEpoch();
      source.batches().seek(step / each, (int) (step % each));
    }
  }

  /**
   * Enqueues the copies of a step. Those of two steps are in flight: what was enqueued for the step
   * before the last must be done.
   */
  void upload() {
    for (Source source : sources) {
      source.feed().upload(source.batches().next());
    }
  }

  @Override
  public void close() {
    for (Source source : sources) {
      source.batches().close();
    }
  }
}
