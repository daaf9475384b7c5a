package dev.glimpse.train;

import dev.glimpse.data.Batch;
import dev.glimpse.device.Transfer;
import dev.glimpse.graph.Plan;
import java.util.IdentityHashMap;
import java.util.Map;

/** Copies batches into a plan's inputs. The copies from recycled batches are prepared once. */
final class Feed {
  private static final Transfer NOTHING = () -> {};

  private final Plan plan;
  private final String input;
  private final Map<Batch, Transfer> images = new IdentityHashMap<>();
  private final Map<Batch, Transfer> labels = new IdentityHashMap<>();

  Feed(Plan plan) {
    this(plan, Example.IMAGES);
  }

  /**
   * @param input which images of a plan's {@link Example} they are
   */
  Feed(Plan plan, String input) {
    this.plan = plan;
    this.input = input;
  }

  /** Enqueues the copy of a batch, which must stay as it is until the copy is done. */
  void upload(Batch batch) {
    Transfer image = images.get(batch);
    if (image == null) {
      prepare(batch);
      image = images.get(batch);
    }
    image.run();
    labels.get(batch).run();
  }

  private void prepare(Batch batch) {
    images.put(batch, plan.feed(input, batch.images()));
    boolean labelled = input.equals(Example.IMAGES) && plan.hasInput(Example.LABELS);
    labels.put(batch, labelled ? plan.feed(Example.LABELS, batch.labels()) : NOTHING);
  }
}
