package dev.glimpse.device.opencl;

import static org.jocl.CL.*;

import dev.glimpse.device.Buffer;
import org.jocl.cl_buffer_region;
import org.jocl.cl_mem;

/** A {@code cl_mem}, counted by its device. */
final class OpenClBuffer implements Buffer {
  private final OpenClDevice device;
  private final cl_mem memory;
  private final long bytes;
  private boolean closed;

  OpenClBuffer(OpenClDevice device, cl_mem memory, long bytes) {
    this.device = device;
    this.memory = memory;
    this.bytes = bytes;
    device.created();
  }

  static cl_mem memory(Buffer buffer) {
    var own = (OpenClBuffer) buffer;
    if (own.closed) {
      throw new IllegalStateException("the buffer is closed");
    }
    return own.memory;
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
    cl_mem part =
        OpenClDevice.call(
            "clCreateSubBuffer",
            () ->
                clCreateSubBuffer(
                    memory,
                    CL_MEM_READ_WRITE,
                    CL_BUFFER_CREATE_TYPE_REGION,
                    new cl_buffer_region(offset, size),
                    null));
    return new OpenClBuffer(device, part, size);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      clReleaseMemObject(memory);
      device.released();
    }
  }
}
