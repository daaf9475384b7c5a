package dev.glimpse.export;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DeviceInfo.Kind;
import java.util.List;
import java.util.Set;

/**
 * The devices that a set of launches is made for. A program that loads a bundle takes the set for
 * its kind of device, its vector registers, and the number of cores that is nearest; that number
 * only decides how work is cut, and changes no result.
 *
 * @param kind CPU, or any GPU
 * @param vectorWidth floats in a vector register of a CPU
 * @param computeUnits cores
 */
record Target(Kind kind, int vectorWidth, int computeUnits) {
  static final List<Target> ALL =
      List.of(
          new Target(Kind.CPU, 8, 2),
          new Target(Kind.CPU, 8, 8),
          new Target(Kind.CPU, 8, 32),
          new Target(Kind.CPU, 16, 2),
          new Target(Kind.CPU, 16, 8),
          new Target(Kind.CPU, 16, 32),
          new Target(Kind.OTHER_GPU, 1, 32));

  /** The largest buffer of a plan; each device has its own limit, which loading meets. */
  private static final long MEMORY = 1L << 40;

  /** Of GPUs; see {@code ParameterSet}. */
  private static final int ALIGNMENT = 4096;

  /** Local memory of a work-group: what NVIDIA's GPUs have, and AMD's and Intel's at least. */
  private static final int LOCAL_MEMORY = 48 << 10;

  RecordingDevice device() {
    return new RecordingDevice(
        new DeviceInfo(
            "export:0.0",
            "export",
            "export",
            "",
            kind,
            computeUnits,
            MEMORY,
            MEMORY,
            LOCAL_MEMORY,
            256,
            kind.isCpu() ? 128 : ALIGNMENT,
            vectorWidth,
            false,
            Set.of()));
  }
}
