package dev.glimpse.ops;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Kernel;
import dev.glimpse.device.Launch.Cost;
import dev.glimpse.device.LibraryCall;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Where an op is lowered: its operands in device memory, and the list that takes its launches. */
public interface Site {
  DeviceInfo device();

  View input(int index);

  View output(int index);

  /** The shape of an input, which its {@link View} shows as a matrix. */
  Shape inputShape(int index);

  /** The memory that {@link Op#workspaces} asked for. */
  Buffer workspace(int index);

  /** The plan's random state: seed (two words) and step. */
  Buffer state();

  /** A number that no other random tensor of this plan has. */
  int stream();

  /** Whether anybody reads an output. One that nobody reads need not be written. */
  boolean isRead(int output);

  /** Appends a launch. Arguments are {@link Buffer}, {@link Integer} or {@link Float}. */
  void launch(
      Kernel kernel, List<Object> arguments, List<Integer> global, List<Integer> local, Cost cost);

  /** What the launches and calls of this op are named after. */
  String scope();

  /**
   * Whether the device's library takes this very call. To be asked of what is not in every library
   * for every shape; where it is refused, the op goes another way.
   */
  boolean accepts(LibraryCall call);

  /** Appends a library call, of a kind that the device's {@link DeviceInfo#libraries()} has. */
  void call(LibraryCall call);

  /** The kernel of a file, in the variant for this device. */
  default Kernel kernel(String file, String entry, Map<String, String> defines) {
    var all = new TreeMap<>(defines);
    all.put(device().kind().isCpu() ? "CPU" : "GPU", "1");
    return new Kernel(file, entry, all);
  }
}
