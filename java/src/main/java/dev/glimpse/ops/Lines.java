package dev.glimpse.ops;

import static dev.glimpse.ops.Division.roundUp;

import java.util.List;

/** Launches of kernels that compute images line by line: {@code kernels/pool.cl} and others. */
final class Lines {
  private static final int GPU_GROUP = 64;

  private Lines() {}

  /** The work-items for images of a shape: on a CPU one per line, on a GPU one per element. */
  static List<Integer> global(Site site, Shape images) {
    int lines = images.dimension(0) * images.dimension(1);
    int elements = images.dimension(2) * images.dimension(3);
    boolean cpu = site.device().kind().isCpu();
    return List.of(cpu ? 1 : roundUp(elements, GPU_GROUP), lines);
  }

  static List<Integer> local(Site site) {
    return List.of(site.device().kind().isCpu() ? 1 : GPU_GROUP, 1);
  }
}
