package dev.glimpse.train;

import dev.glimpse.device.Launch.Cost;
import dev.glimpse.graph.Optimizer.Update;
import dev.glimpse.ops.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The one launch of an optimizer: a kernel of {@code kernels/optimizer.cl} over whole slabs. */
final class SlabKernel {
  private static final int CPU_PARAMETERS = 8192;
  private static final int GPU_GROUP = 64;

  private SlabKernel() {}

  /**
   * @param flops for each parameter
   * @param floats read and written for each parameter
   */
  static void launch(
      Site site,
      Update update,
      String entry,
      float maxNorm,
      List<Float> constants,
      int flops,
      int floats) {
    int n = update.size();
    boolean cpu = site.device().kind().isCpu();
    var arguments = new ArrayList<Object>();
    arguments.add(update.parameters());
    arguments.add(update.gradients());
    arguments.add(site.state());
    arguments.add(update.settings());
    arguments.add(update.squaredNorm());
    if (update.gate() != null) {
      arguments.addAll(List.of(update.gate(), update.count()));
    }
    arguments.addAll(List.of(n, CPU_PARAMETERS));
    arguments.addAll(update.states());
    arguments.addAll(constants);
    site.launch(
        site.kernel(
            "optimizer.cl",
            entry,
            Map.of("CLIP", maxNorm > 0 ? "1" : "0", "GATED", update.gate() != null ? "1" : "0")),
        arguments,
        List.of(
            cpu
                ? (n + CPU_PARAMETERS - 1) / CPU_PARAMETERS
                : (n + GPU_GROUP - 1) / GPU_GROUP * GPU_GROUP,
            1),
        List.of(cpu ? 1 : GPU_GROUP, 1),
        new Cost((long) flops * n, 4L * n * floats));
  }
}
