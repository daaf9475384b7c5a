package dev.glimpse.device.cuda;

import static dev.glimpse.device.cuda.CudaDriver.check;
import static dev.glimpse.device.cuda.CudaDriver.release;
import static org.bytedeco.cuda.global.cudart.*;

import dev.glimpse.device.Fence;
import org.bytedeco.cuda.cudart.CUevent_st;

/** An event in the stream, recorded again and again. */
final class CudaFence implements Fence {
  private final CudaDevice device;
  private final CUevent_st event = new CUevent_st();
  private boolean signalled;
  private boolean closed;

  CudaFence(CudaDevice device) {
    this.device = device;
    device.stream();
    check(cuEventCreate(event, CU_EVENT_DISABLE_TIMING), "cuEventCreate");
    device.created();
  }

  @Override
  public void signal() {
    check(cuEventRecord(event, device.stream()), "cuEventRecord");
    signalled = true;
  }

  @Override
  public void await() {
    if (signalled) {
      device.makeCurrent();
      check(cuEventSynchronize(event), "cuEventSynchronize");
      signalled = false;
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      device.makeCurrent();
      release(cuEventDestroy(event), "cuEventDestroy");
      device.released();
    }
  }
}
