package dev.glimpse.models;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.glimpse.device.TestDevices;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.ops.Ops;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import dev.glimpse.train.Settings;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

/** Of an untrained model, whose velocity is zero. */
class FlowMatchingTest {
  private static final int BATCH = 200;
  private static final DataShape DATA = new DataShape(8, 8, 1, 0);

  private final FlowMatching model = model();

  private static FlowMatching model() {
    Settings settings = Models.named("flowmatch").settings();
    settings.set("width", "2");
    settings.set("steps", "3");
    return FlowMatching.unconditional(DATA, settings);
  }

  /** From noise to a black image, -1 in each pixel, it is 1 + 1 squared, on average. */
  @Test
  void theErrorIsTheDistanceFromNoiseToImage() {
    var error = model.evaluate(Example.input(BATCH, DATA)).get("velocityError");
    try (var store = new ParameterStore(TestDevices.own(), model.parameters(), 1);
        Plan plan = new PlanBuilder(store).output("error", Ops.mean(error)).build()) {
      plan.set(Example.IMAGES, new float[BATCH * DATA.pixels()]);
      plan.run();
      assertEquals(2 * DATA.pixels(), plan.read("error").get(0), 6);
    }
  }

  /** Brightness is half of 1 plus a normal number: below 0 or above 1 in 16 of 100 each. */
  @Test
  void samplesAreTheNoise() {
    try (var store = new ParameterStore(TestDevices.own(), model.parameters(), 1);
        Plan plan = new PlanBuilder(store).output("images", model.sample(BATCH, null)).build()) {
      plan.run();
      FloatBuffer images = plan.read("images");
      int black = 0;
      int white = 0;
      for (int i = 0; i < images.capacity(); i++) {
        black += images.get(i) == 0 ? 1 : 0;
        white += images.get(i) == 1 ? 1 : 0;
      }
      assertEquals(0.159, black / (double) images.capacity(), 0.02);
      assertEquals(0.159, white / (double) images.capacity(), 0.02);
    }
  }
}
