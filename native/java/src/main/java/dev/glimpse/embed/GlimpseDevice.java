package dev.glimpse.embed;

import static dev.glimpse.embed.GlimpseException.check;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * An OpenCL device.
 *
 * @param id by which {@link GlimpseModel#load(String, String)} takes it: {@code
 *     opencl:PLATFORM.DEVICE}
 * @param platform the driver's name
 */
public record GlimpseDevice(String id, String name, String platform, Kind kind) {

  /** Kinds of devices, in the order of their numbers in {@code glimpse.h}. */
  public enum Kind {
    /** Emulated, or neither of the others: only used where it is named. */
    OTHER,
    GPU,
    CPU
  }

  /** All devices, best first; none where OpenCL has no driver. Any thread. */
  public static List<GlimpseDevice> list() {
    try (var count = new SizeTPointer(1)) {
      check(NativeLibrary.glimpse_devices(null, 0, count));
      try (var infos = new NativeLibrary.DeviceInfo(count.get())) {
        check(NativeLibrary.glimpse_devices(infos, infos.capacity(), count));
        var devices = new ArrayList<GlimpseDevice>();
        for (long i = 0; i < Math.min(infos.capacity(), count.get()); i++) {
          NativeLibrary.DeviceInfo info = infos.position(i);
          devices.add(
              new GlimpseDevice(
                  NativeLibrary.text(info.id()),
                  NativeLibrary.text(info.name()),
                  NativeLibrary.text(info.platform()),
                  Kind.values()[info.kind()]));
        }
        return List.copyOf(devices);
      }
    }
  }
}
