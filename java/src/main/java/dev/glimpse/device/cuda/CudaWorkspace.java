package dev.glimpse.device.cuda;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.DeviceInfo;
import org.bytedeco.javacpp.Pointer;

/**
 * Memory for what libraries compute in between. All calls share it, since one stream runs them in
 * order; it never moves, since graphs remember where it is.
 */
final class CudaWorkspace {
  private static final long MOST = 256L << 20;

  private final CudaDevice device;
  private final long bytes;
  private final Buffer buffer;
  private final Pointer pointer;

  CudaWorkspace(CudaDevice device) {
    this.device = device;
    DeviceInfo info = device.info();
    this.bytes = Math.min(MOST, info.memory() / 16);
    this.buffer = device.allocate(bytes);
    device.released(); // It is the device's own, and does not keep it alive.
    this.pointer = new DevicePointer(buffer);
  }

  long bytes() {
    return bytes;
  }

  Pointer pointer() {
    return pointer;
  }

  void close() {
    device.created();
    buffer.close();
  }
}
