package dev.glimpse.bench;

import dev.glimpse.device.Device;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.MatMul;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.Map;

/**
 * {@code [m, k] x [k, n]}; a transposed operand lies in memory as {@code [k, m]} or {@code [n, k]}.
 */
public record Sgemm(int m, int k, int n, boolean transposeA, boolean transposeB)
    implements Workload {

  public Sgemm(int m, int k, int n) {
    this(m, k, n, false, false);
  }

  @Override
  public String name() {
    String kind = (transposeA ? "T" : "N") + (transposeB ? "T" : "N");
    return "sgemm %s %dx%dx%d".formatted(kind, m, k, n);
  }

  @Override
  public long flops() {
    return 2L * m * k * n;
  }

  @Override
  public Contender ours(Device device) {
    Shape a = transposeA ? Shape.of(k, m) : Shape.of(m, k);
    Shape b = transposeB ? Shape.of(n, k) : Shape.of(k, n);
    var inputs = Map.of("a", Data.normal("a", m * k), "b", Data.normal("b", k * n));
    Tensor product =
        Tensor.of(
            new MatMul(transposeA, transposeB),
            Tensor.of(new Input("a", a)),
            Tensor.of(new Input("b", b)));
    return new KernelRun(device, inputs, product);
  }
}
