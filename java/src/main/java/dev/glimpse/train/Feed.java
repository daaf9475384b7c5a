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
  private final Map<Batch, Transfer> images = new IdentityHashMap<>();
  private final Map<Batch, Transfer> labels = new IdentityHashMap<>();

  Feed(Plan plan) {
    this.plan = plan;
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
    images.put(batch, plan.feed(Example.IMAGES, batch.images()));
    labels.put(
        batch, plan.hasInput(Example.LABELS) ? plan.feed(Example.LABELS, batch.labels()) : NOTHING);
  }

  /** Copies a batch, runs the plan and waits. */
  static void run(Plan plan, Batch batch) {
    new Feed(plan).upload(batch);
    plan.run();
    plan.finish();
  }
}
