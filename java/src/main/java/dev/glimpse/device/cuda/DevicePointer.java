package dev.glimpse.device.cuda;

import dev.glimpse.device.Buffer;
import org.bytedeco.javacpp.Pointer;

/** A device address for functions that take a pointer. It owns nothing. */
final class DevicePointer extends Pointer {
  DevicePointer(Buffer buffer) {
    this(CudaBuffer.address(buffer));
  }

  DevicePointer(long address) {
    this.address = address;
  }
}
