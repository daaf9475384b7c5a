package dev.glimpse.device.opencl;

import static org.jocl.CL.*;

import dev.glimpse.device.Fence;
import org.jocl.CLException;
import org.jocl.cl_event;

/** A marker in the queue. Signalling and waiting allocate nothing in Java. */
final class OpenClFence implements Fence {
  private final OpenClDevice device;
  private final cl_event event = new cl_event();
  private final cl_event[] waitList = {event};
  private boolean signalled;

  OpenClFence(OpenClDevice device) {
    this.device = device;
  }

  @Override
  public void signal() {
    release();
    try {
      clEnqueueMarkerWithWaitList(device.queue(), 0, null, event);
      clFlush(device.queue());
    } catch (CLException e) {
      throw OpenClDevice.failure("clEnqueueMarkerWithWaitList", e);
    }
    signalled = true;
    device.created();
  }

  @Override
  public void await() {
    if (signalled) {
      try {
        clWaitForEvents(1, waitList);
      } catch (CLException e) {
        throw OpenClDevice.failure("clWaitForEvents", e);
      }
      release();
    }
  }

  private void release() {
    if (signalled) {
      signalled = false;
      clReleaseEvent(event);
      device.released();
    }
  }

  @Override
  public void close() {
    release();
  }
}
