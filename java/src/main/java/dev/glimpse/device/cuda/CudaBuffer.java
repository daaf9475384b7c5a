package dev.glimpse.device.cuda;

import dev.glimpse.device.Buffer;

/** An address in device memory, counted by its device. A slice is an address inside another's. */
final class CudaBuffer implements Buffer {
  private final CudaDevice device;
  private final long address;
  private final long bytes;
  private final boolean allocated;
  private boolean closed;

  private CudaBuffer(CudaDevice device, long address, long bytes, boolean allocated) {
    this.device = device;
    this.address = address;
    this.bytes = bytes;
    this.allocated = allocated;
    device.created();
  }

  /** Memory that closing frees. */
  static CudaBuffer allocated(CudaDevice device, long address, long bytes) {
    return new CudaBuffer(device, address, bytes, true);
  }

  /** The CUdeviceptr. */
  static long address(Buffer buffer) {
    var own = (CudaBuffer) buffer;
    if (own.closed) {
      throw new IllegalStateException("the buffer is closed");
    }
    return own.address;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public Buffer slice(long offset, long size) {
    if (offset < 0 || size <= 0 || offset + size > bytes) {
      throw new IllegalArgumentException(
          "slice of " + size + " bytes at " + offset + " in a buffer of " + bytes);
    }
    return new CudaBuffer(device, address + offset, size, false);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (allocated) {
        device.free(address);
      }
      device.released();
    }
  }
}
