package dev.glimpse.bench.libtorch;

import dev.glimpse.bench.Contender;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A step that descends one loss, with noise that is fixed where losses are compared. */
abstract class NoisyStep implements Contender {
  private final Map<String, float[]> start;
  private final Tensor noise;
  private final int compared;

  /**
   * @param start inputs and initial parameters
   * @param noise of the steps that are compared
   * @param compared how many they are
   */
  NoisyStep(Map<String, float[]> start, Tensor noise, int compared) {
    this.start = start;
    this.noise = noise;
    this.compared = compared;
  }

  abstract Tensor loss(Tensor noise);

  abstract void descend(Tensor loss);

  @Override
  public final void run() {
    Scopes.freeing(
        () -> {
          descend(loss(torch.randn_like(noise)));
          return null;
        });
  }

  @Override
  public final Map<String, float[]> start() {
    return start;
  }

  @Override
  public final List<float[]> check() {
    float[] losses = new float[compared];
    for (int i = 0; i < compared; i++) {
      losses[i] =
          Scopes.freeing(
              () -> {
                Tensor loss = loss(noise);
                descend(loss);
                return loss.item_float();
              });
    }
    return List.of(losses);
  }

  @Override
  public void close() {}
}
