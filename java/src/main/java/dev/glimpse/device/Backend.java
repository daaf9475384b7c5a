package dev.glimpse.device;

import java.util.List;

/**
 * A way to reach devices, found through {@link java.util.ServiceLoader}. A back end must not touch
 * its native library before {@link #devices()} or {@link #open} is called.
 */
public interface Backend {
  /** The prefix of its device ids, for example {@code opencl}. */
  String name();

  /** The devices that are present, an empty list where there is no driver. */
  List<DeviceInfo> devices();

  /** Why {@link #devices()} is empty and what to do about it; empty when it is not. */
  String unavailableBecause();

  /**
   * Opens one of {@link #devices()}.
   *
   * @throws DeviceException also where the device cannot do what the options ask for
   */
  Device open(DeviceInfo device, DeviceOptions options);
}
