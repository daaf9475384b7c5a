package dev.glimpse.device.cuda;

import static dev.glimpse.device.cuda.CudaDriver.check;
import static org.bytedeco.cuda.global.cudart.*;

import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUstream_st;

/** Times work on the device, to choose between ways of doing it. */
final class CudaTimer {
  private static final int RUNS = 5;

  private final CUstream_st stream;

  CudaTimer(CUstream_st stream) {
    this.stream = stream;
  }

  /**
   * The shortest of some runs, in milliseconds. One more comes first: a library loads a kernel when
   * it is first launched, which takes longer than any kernel.
   */
  float milliseconds(BoundWork work) {
    work.enqueue(stream);
    var start = new CUevent_st();
    var end = new CUevent_st();
    try {
      check(cuEventCreate(start, CU_EVENT_DEFAULT), "cuEventCreate");
      check(cuEventCreate(end, CU_EVENT_DEFAULT), "cuEventCreate");
      float shortest = Float.MAX_VALUE;
      float[] elapsed = new float[1];
      for (int i = 0; i < RUNS; i++) {
        check(cuEventRecord(start, stream), "cuEventRecord");
        work.enqueue(stream);
        check(cuEventRecord(end, stream), "cuEventRecord");
        check(cuEventSynchronize(end), "cuEventSynchronize");
        check(cuEventElapsedTime(elapsed, start, end), "cuEventElapsedTime");
        shortest = Math.min(shortest, elapsed[0]);
      }
      return shortest;
    } finally {
      destroy(start);
      destroy(end);
    }
  }

  private static void destroy(CUevent_st event) {
    if (!event.isNull()) {
      cuEventDestroy(event);
    }
  }
}
