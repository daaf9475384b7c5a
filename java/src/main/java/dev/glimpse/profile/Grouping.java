package dev.glimpse.profile;

import dev.glimpse.device.Launch;
import dev.glimpse.device.Work;

/** How launches are added up to rows of a table. */
public enum Grouping {
  /** By kernel and op: {@code gemm.cl:gemm matmulNN}. */
  KERNEL,
  /** By the layer that they work for, forward and backward together. */
  LAYER,
  /** Not at all: one row for each, numbered in the order of execution. */
  LAUNCH;

  String key(int index, Work launch) {
    var site = LaunchSite.of(launch);
    String kernel = launch.program();
    String entry = kernel.substring(kernel.indexOf(':') + 1);
    return switch (this) {
      case KERNEL -> site.op().equals(entry) ? kernel : kernel + " " + site.op();
      case LAYER -> site.layer().isEmpty() ? "(no layer)" : site.layer();
      case LAUNCH ->
          "#%d %s %s"
              .formatted(index, site.name(), launch instanceof Launch own ? own.global() : kernel);
    };
  }
}
