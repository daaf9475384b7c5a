package dev.glimpse.bench;

import dev.glimpse.device.Device;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.Map;

/** The sum of every column. */
public record ColumnSum(int rows, int columns) implements Workload {
  @Override
  public String name() {
    return "column sum %dx%d".formatted(rows, columns);
  }

  @Override
  public long bytes() {
    return 4L * rows * columns + 4L * columns;
  }

  @Override
  public Contender ours(Device device) {
    Tensor x = Tensor.of(new Input("x", Shape.of(rows, columns)));
    var inputs = Map.of("x", Data.uniform("x", rows * columns));
    return new KernelRun(device, inputs, Ops.columnSum(x));
  }
}
