package dev.glimpse.bench;

import dev.glimpse.device.Device;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import java.util.Map;

/** Random numbers with mean 0 and variance 1. */
public record NormalNoise(int rows, int columns) implements Workload {
  @Override
  public String name() {
    return "random normal %dx%d".formatted(rows, columns);
  }

  @Override
  public long bytes() {
    return 4L * rows * columns;
  }

  @Override
  public Contender ours(Device device) {
    return new KernelRun(device, Map.of(), Ops.randomNormal(Shape.of(rows, columns)));
  }
}
