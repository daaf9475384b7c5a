package dev.glimpse.bench;

import dev.glimpse.device.Device;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.Map;

/** One function of every element. */
public record Tanh(int rows, int columns) implements Workload {
  @Override
  public String name() {
    return "tanh %dx%d".formatted(rows, columns);
  }

  @Override
  public long bytes() {
    return 8L * rows * columns;
  }

  @Override
  public Contender ours(Device device) {
    Tensor x = Tensor.of(new Input("x", Shape.of(rows, columns)));
    return new KernelRun(device, Map.of("x", Data.normal("x", rows * columns)), Ops.tanh(x));
  }
}
