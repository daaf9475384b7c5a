package dev.glimpse.profile;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Kernel;
import dev.glimpse.device.Launch;
import dev.glimpse.device.Recording;
import java.util.List;
import java.util.Map;

/**
 * Measures a device's {@link Roof} with the kernels of {@code kernels/roof.cl}, in a few seconds.
 */
final class RoofMeasurement {
  /** The best of many short launches: one of them may have the device to itself. */
  private static final int PEAK_REPEATS = 1000;

  private static final int TRIAD_REPEATS = 20;

  /**
   * After so long there are no more repeats: a GPU's kernels that a CPU runs would take minutes.
   */
  private static final double MOST_SECONDS = 2;

  /** Shorter launches would also measure what a launch costs. */
  private static final double SECONDS = 1e-3;

  /** Far more than any cache, where the device has that much. */
  private static final long ARRAY_BYTES = 128L << 20;

  private static final int GPU_GROUP = 256;
  private static final int GPU_GROUPS_PER_UNIT = 8;
  private static final int CPU_ITEMS_PER_UNIT = 16;

  /** FLOPs of {@code peak} per step and number: chains, links and the two of an FMA. */
  private static final int PEAK_FLOPS = 12 * 8 * 2;

  /** {@code VECTOR} of a CPU. */
  private static final int TRIAD_VECTOR = 8;

  private static final int MOST_STEPS = 1 << 24;

  private final Device device;
  private final boolean cpu;

  private RoofMeasurement(Device device) {
    this.device = device;
    this.cpu = device.info().kind().isCpu();
  }

  static Roof measure(Device device) {
    var measurement = new RoofMeasurement(device);
    return new Roof(measurement.flops(), measurement.bandwidth());
  }

  /** The source on which a measurement depends. */
  static String source(DeviceInfo device) {
    return kernel(device, "peak").source();
  }

  private static Kernel kernel(DeviceInfo device, String entry) {
    Map<String, String> defines =
        device.kind().isCpu()
            ? Map.of("CPU", "1", "LANES", String.valueOf(device.lanes()))
            : Map.of("GPU", "1");
    return new Kernel("roof.cl", entry, defines);
  }

  private double flops() {
    int units = device.info().computeUnits();
    int items = cpu ? units * CPU_ITEMS_PER_UNIT : units * GPU_GROUPS_PER_UNIT * GPU_GROUP;
    int numbers = items * (cpu ? device.info().lanes() : 1);
    long flopsPerStep = (long) numbers * PEAK_FLOPS;
    try (Buffer out = device.allocate(4L * numbers)) {
      int steps = 64;
      while (true) {
        // Towards 1, which the chains never leave again.
        List<Object> arguments = List.of(out, 0.25f, 0.5f, 0.5f, steps);
        Launch launch = launch("peak", arguments, items, steps * flopsPerStep, 4L * numbers);
        double seconds = fastest(launch, 3);
        if (seconds > SECONDS || steps >= MOST_STEPS) {
          return launch.cost().flops() / Math.min(seconds, fastest(launch, PEAK_REPEATS));
        }
        steps *= 2;
      }
    }
  }

  private double bandwidth() {
    DeviceInfo info = device.info();
    long wanted = Math.min(ARRAY_BYTES, Math.min(info.maxAllocation(), info.memory() / 16));
    int cpuItems = info.computeUnits() * CPU_ITEMS_PER_UNIT;
    int granule = cpu ? cpuItems * TRIAD_VECTOR : GPU_GROUP;
    int n = (int) (wanted / 4 / granule) * granule;
    int items = cpu ? cpuItems : n;
    try (Buffer x = zeros(n);
        Buffer y = zeros(n);
        Buffer z = zeros(n)) {
      List<Object> arguments = List.of(x, y, z, 3f, n / items);
      Launch launch = launch("triad", arguments, items, 2L * n, 12L * n);
      return launch.cost().bytes() / fastest(launch, TRIAD_REPEATS);
    }
  }

  private Buffer zeros(int floats) {
    Buffer buffer = device.allocate(4L * floats);
    device.clear(buffer);
    return buffer;
  }

  private Launch launch(String entry, List<Object> arguments, int items, long flops, long bytes) {
    return new Launch(
        kernel(device.info(), entry),
        arguments,
        List.of(items, 1),
        List.of(cpu ? 1 : GPU_GROUP, 1),
        new Launch.Cost(flops, bytes),
        "roof/" + entry);
  }

  private double fastest(Launch launch, int repeats) {
    double fastest = Double.POSITIVE_INFINITY;
    double total = 0;
    try (Recording recording = device.record(List.of(launch))) {
      for (int i = 0; i < repeats && total < MOST_SECONDS; i++) {
        Recording.Timing timing = recording.profile().get(0);
        double seconds = (timing.end() - timing.start()) / 1e9;
        fastest = Math.min(fastest, seconds);
        total += seconds;
      }
    }
    return fastest;
  }
}
