package dev.glimpse.bench;

import dev.glimpse.device.Device;
import dev.glimpse.graph.Objective;
import dev.glimpse.models.FlowMatching;
import dev.glimpse.train.Adam;
import dev.glimpse.train.DataShape;
import dev.glimpse.train.Example;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * W6, one step of flow matching on grey images of 28x28, with the model as it is; no peer has it.
 */
final class FlowMatchingStep implements Workload {
  private static final int BATCH = 64;
  private static final int WIDTH = 32;
  private static final DataShape DATA = new DataShape(28, 28, 1, 0);

  @Override
  public String name() {
    return "W6 flowmatch-28";
  }

  /** Of its convolutions, forward, by the weights, and by what is between them. */
  @Override
  public long flops() {
    int whole = BATCH * DATA.pixels();
    int half = whole / 4;
    int quarter = whole / 16;
    long first = Flops.product(half, 16, WIDTH);
    long direct = Flops.product(whole, 9, 1);
    long blocks =
        4 * Flops.product(half, 9 * WIDTH, WIDTH)
            + 4 * Flops.product(quarter, 9 * 2 * WIDTH, 2 * WIDTH);
    long shrink = Flops.product(quarter, 16 * WIDTH, 2 * WIDTH);
    long up = shrink + Flops.product(half, 2 * WIDTH, WIDTH);
    long last = Flops.product(half, WIDTH, 16 * WIDTH) + Flops.product(whole, 9 * WIDTH, 1);
    return 2 * (first + direct) + 3 * (blocks + shrink + up + last);
  }

  @Override
  public Contender ours(Device device) {
    var settings = FlowMatching.settings().standard("width", WIDTH);
    var model = FlowMatching.unconditional(DATA, settings);
    Supplier<List<Objective>> step =
        () -> model.learn(Example.input(BATCH, DATA), name -> new Adam(1e-3f)).objectives();
    float[] images = Data.uniform("images", BATCH * DATA.pixels());
    return new TrainingStep(
        device, model.parameters(), step, step, Map.of(Example.IMAGES, images), 1);
  }
}
