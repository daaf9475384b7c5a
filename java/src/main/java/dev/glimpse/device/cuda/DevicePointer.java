package dev.glimpse.device.cuda;

import org.bytedeco.javacpp.Pointer;

/** A device address for functions that take a pointer. It owns nothing. */
final class DevicePointer extends Pointer {
  DevicePointer(long address) {
    this.address = address;
  }
}
