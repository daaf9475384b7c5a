package dev.glimpse.ops;

import dev.glimpse.device.Launch.Cost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The launches of {@code kernels/loss.cl}: one work-item or work-group per row. */
final class RowKernel {
  private static final int GPU_GROUP = 64;

  private RowKernel() {}

  /** Launches a kernel on all inputs and the output, over the rows of input 0. */
  static void launch(Site site, String entry, int inputs, int flopsPerElement) {
    var arguments = new ArrayList<Object>();
    long bytes = site.output(0).bytes();
    for (int i = 0; i < inputs; i++) {
      arguments.add(site.input(i).buffer());
      bytes += site.input(i).bytes();
    }
    View x = site.input(0);
    arguments.add(site.output(0).buffer());
    arguments.add(x.columns());
    int group = site.device().kind().isCpu() ? 1 : GPU_GROUP;
    site.launch(
        site.kernel("loss.cl", entry, Map.of()),
        arguments,
        List.of(Math.multiplyExact(x.rows(), group), 1),
        List.of(group, 1),
        new Cost((long) flopsPerElement * x.size(), bytes));
  }
}
