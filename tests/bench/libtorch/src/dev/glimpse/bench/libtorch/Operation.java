package dev.glimpse.bench.libtorch;

import dev.glimpse.bench.Contender;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * A few calls of LibTorch on tensors that stay.
 *
 * @param work returns the results to compare
 */
record Operation(Map<String, float[]> start, Supplier<Tensor[]> work) implements Contender {
  @Override
  public void run() {
    Scopes.freeing(work);
  }

  @Override
  public List<float[]> check() {
    return Scopes.freeing(() -> Stream.of(work.get()).map(Operation::values).toList());
  }

  private static float[] values(Tensor result) {
    float[] values = new float[(int) result.numel()];
    result.contiguous().data_ptr_float().get(values);
    return values;
  }

  @Override
  public void close() {}
}
