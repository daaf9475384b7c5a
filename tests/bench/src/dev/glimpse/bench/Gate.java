package dev.glimpse.bench;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.multiply;
import static dev.glimpse.ops.Ops.sigmoid;
import static dev.glimpse.ops.Ops.tanh;

import dev.glimpse.device.Device;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.Map;

/** {@code sigmoid(a) tanh(b) + c}: four functions of every element that can be one pass. */
public record Gate(int rows, int columns) implements Workload {
  @Override
  public String name() {
    return "sigmoid tanh gate %dx%d".formatted(rows, columns);
  }

  @Override
  public long bytes() {
    return 16L * rows * columns;
  }

  @Override
  public Contender ours(Device device) {
    int count = rows * columns;
    var inputs =
        Map.of(
            "a", Data.normal("a", count),
            "b", Data.normal("b", count),
            "c", Data.normal("c", count));
    Tensor gated = multiply(sigmoid(input("a")), tanh(input("b")));
    return new KernelRun(device, inputs, add(gated, input("c")));
  }

  private Tensor input(String name) {
    return Tensor.of(new Input(name, Shape.of(rows, columns)));
  }
}
