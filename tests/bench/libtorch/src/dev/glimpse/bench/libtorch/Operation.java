package dev.glimpse.bench.libtorch;

import dev.glimpse.bench.Contender;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * A few calls of LibTorch on tensors that stay.
 *
 * @param work returns the results to compare
 */
record Operation(Map<String, float[]> start, Supplier<Tensor[]> work) implements Contender {
  private static final int COMPARED = 4096;

  @Override
  public void run() {
    Scopes.freeing(work);
  }

  @Override
  public float[] check() {
    return Scopes.freeing(() -> values(work.get()));
  }

  private static float[] values(Tensor[] results) {
    float[] values = new float[COMPARED * results.length];
    int length = 0;
    for (Tensor result : results) {
      int count = (int) Math.min(COMPARED, result.numel());
      result.contiguous().data_ptr_float().get(values, length, count);
      length += count;
    }
    return Arrays.copyOf(values, length);
  }

  @Override
  public void close() {}
}
