package dev.glimpse.device;

import java.util.List;

/**
 * One kernel launch: what to run, on which arguments, over how many work-items.
 *
 * @param kernel the source file, its defines and the entry point
 * @param arguments a {@link Buffer}, {@link Integer} or {@link Float} for each kernel parameter
 * @param global work-items per dimension, a multiple of {@code local}
 * @param local work-group size per dimension
 * @param cost the arithmetic and memory traffic that it needs
 * @param scope the layer it works for, for example {@code encoder.0/matmul}
 */
public record Launch(
    Kernel kernel,
    List<Object> arguments,
    List<Integer> global,
    List<Integer> local,
    Cost cost,
    String scope)
    implements Work {

  public Launch {
    if (global.size() != local.size()) {
      throw new IllegalArgumentException("global " + global + " and local " + local);
    }
    for (int i = 0; i < global.size(); i++) {
      if (global.get(i) <= 0 || global.get(i) % local.get(i) != 0) {
        throw new IllegalArgumentException(
            kernel.entry() + ": global " + global + " is no positive multiple of " + local);
      }
    }
  }

  @Override
  public String program() {
    return kernel.file() + ":" + kernel.entry();
  }

  /**
   * What a launch needs at least, whatever the kernel really does.
   *
   * @param flops floating-point operations
   * @param bytes read and written, each operand counted once
   */
  public record Cost(long flops, long bytes) {}
}
