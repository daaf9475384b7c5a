package dev.glimpse.device;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;

/** Listing and choosing devices, over all back ends. */
public final class Devices {
  /** Kept, because a back end remembers why it has no devices. */
  private static final List<Backend> BACKENDS =
      ServiceLoader.load(Backend.class).stream().map(ServiceLoader.Provider::get).toList();

  static final Comparator<DeviceInfo> BEST_FIRST =
      Comparator.comparing(DeviceInfo::emulated)
          .thenComparing(device -> device.kind().isCpu())
          .thenComparing(DeviceInfo::width, Comparator.reverseOrder());

  private Devices() {}

  /**
   * All devices, best first: GPUs before CPUs, emulated ones last, and of one card that two back
   * ends reach, CUDA's.
   */
  public static List<DeviceInfo> list() {
    var devices = new ArrayList<DeviceInfo>();
    for (Backend backend : BACKENDS) {
      devices.addAll(backend.devices());
    }
    devices.sort(BEST_FIRST);
    return devices;
  }

  /**
   * The device that a user asked for.
   *
   * @param wanted an id ({@code opencl:0.0}, {@code cuda:0}), part of a device's name, {@code cpu},
   *     {@code gpu}, or {@code best}, which never chooses an emulated device
   * @throws DeviceException when there is none; the message lists those there are
   */
  public static DeviceInfo choose(String wanted) {
    List<DeviceInfo> devices = list();
    for (DeviceInfo device : devices) {
      boolean matches =
          switch (wanted) {
            case "best" -> !device.emulated();
            case "cpu" -> device.kind().isCpu() && !device.emulated();
            case "gpu" -> !device.kind().isCpu() && !device.emulated();
            default ->
                device.id().equals(wanted)
                    || device
                        .name()
                        .toLowerCase(Locale.ROOT)
                        .contains(wanted.toLowerCase(Locale.ROOT));
          };
      if (matches) {
        return device;
      }
    }
    throw new DeviceException("NO_DEVICE", noDevice(wanted, devices));
  }

  /** Opens the device that {@link #choose} finds. */
  public static Device open(String wanted) {
    return open(wanted, DeviceOptions.DEFAULT);
  }

  /** Opens the device that {@link #choose} finds, to be used in some way. */
  public static Device open(String wanted, DeviceOptions options) {
    return open(choose(wanted), options);
  }

  public static Device open(DeviceInfo info) {
    return open(info, DeviceOptions.DEFAULT);
  }

  public static Device open(DeviceInfo info, DeviceOptions options) {
    String prefix = info.id().substring(0, info.id().indexOf(':'));
    for (Backend backend : BACKENDS) {
      if (backend.name().equals(prefix)) {
        return backend.open(info, options);
      }
    }
    throw new DeviceException("NO_BACKEND", "no back end for device " + info.id());
  }

  private static String noDevice(String wanted, List<DeviceInfo> devices) {
    var message = new StringBuilder();
    if (devices.isEmpty()) {
      message.append("no device found.");
      for (Backend backend : BACKENDS) {
        message.append(' ').append(backend.unavailableBecause());
      }
      return message.toString();
    }
    for (Backend backend : BACKENDS) {
      if (wanted.equals(backend.name()) || wanted.startsWith(backend.name() + ":")) {
        String reason = backend.unavailableBecause();
        message.append(reason).append(reason.isEmpty() ? "" : " ");
      }
    }
    message.append("no device matches '").append(wanted).append("'; there is");
    for (DeviceInfo device : devices) {
      message.append(' ').append(device.id()).append(" (").append(device.name()).append(')');
    }
    return message.toString();
  }
}
