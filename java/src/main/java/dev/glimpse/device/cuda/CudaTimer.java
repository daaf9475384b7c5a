package dev.glimpse.device.cuda;

import static dev.glimpse.device.cuda.CudaDriver.check;
import static org.bytedeco.cuda.global.cudart.*;

import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUstream_st;

/** Times work on the device, to choose between ways of doing it. */
final class CudaTimer {
  private static final int ROUNDS = 3;

  /** How many runs a round has, unless they take long: the host is slower than a short one. */
  private static final int RUNS = 20;

  /** From here on, in milliseconds, a round is of one run. */
  private static final float LONG = 0.5f;

  private final CUstream_st stream;

  CudaTimer(CUstream_st stream) {
    this.stream = stream;
  }

  /**
   * The time of a run in the fastest of some rounds, in milliseconds. A run comes before them: a
   * library loads a kernel when it is first launched, which takes longer than any kernel.
   */
  float milliseconds(BoundWork work) {
    work.enqueue(stream);
    var start = new CUevent_st();
    var end = new CUevent_st();
    try {
      check(cuEventCreate(start, CU_EVENT_DEFAULT), "cuEventCreate");
      check(cuEventCreate(end, CU_EVENT_DEFAULT), "cuEventCreate");
      int runs = round(work, 1, start, end) < LONG ? RUNS : 1;
      float shortest = Float.MAX_VALUE;
      for (int i = 0; i < ROUNDS; i++) {
        shortest = Math.min(shortest, round(work, runs, start, end));
      }
      return shortest;
    } finally {
      destroy(start);
      destroy(end);
    }
  }

  private float round(BoundWork work, int runs, CUevent_st start, CUevent_st end) {
    check(cuEventRecord(start, stream), "cuEventRecord");
    for (int i = 0; i < runs; i++) {
      work.enqueue(stream);
    }
    check(cuEventRecord(end, stream), "cuEventRecord");
    check(cuEventSynchronize(end), "cuEventSynchronize");
    float[] elapsed = new float[1];
    check(cuEventElapsedTime(elapsed, start, end), "cuEventElapsedTime");
    return elapsed[0] / runs;
  }

  private static void destroy(CUevent_st event) {
    if (!event.isNull()) {
      cuEventDestroy(event);
    }
  }
}
