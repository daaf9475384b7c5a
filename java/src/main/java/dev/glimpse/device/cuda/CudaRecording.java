package dev.glimpse.device.cuda;

import static dev.glimpse.device.cuda.CudaDriver.check;
import static dev.glimpse.device.cuda.CudaDriver.release;
import static org.bytedeco.cuda.global.cudart.*;

import dev.glimpse.device.DeviceException;
import dev.glimpse.device.Launch;
import dev.glimpse.device.LibraryCall;
import dev.glimpse.device.Recording;
import dev.glimpse.device.Work;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Launches that become a graph. The first run goes launch by launch, since libraries load their own
 * kernels when they are first used, which no capture allows; the second captures; from then on a
 * run is one launch. Where that is impossible it stays launch by launch, and the log says why.
 */
final class CudaRecording implements Recording {
  private static final Logger LOG = LoggerFactory.getLogger(CudaRecording.class);

  private final CudaDevice device;
  private final List<Work> launches;
  private final List<BoundWork> work = new ArrayList<>();
  private CUgraphExec_st graph;
  private boolean ran;
  private boolean refused;
  private boolean closed;

  CudaRecording(CudaDevice device, List<Work> launches) {
    this.device = device;
    this.launches = launches;
    device.created();
    try {
      for (Work entry : launches) {
        work.add(
            entry instanceof Launch launch
                ? new CudaLaunch(device, launch)
                : device.bind((LibraryCall) entry));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public void run() {
    CUstream_st stream = device.stream();
    if (graph == null && ran && !refused) {
      captureOrRefuse(stream);
    }
    if (graph != null) {
      check(cuGraphLaunch(graph, stream), "cuGraphLaunch");
    } else {
      enqueueAll(stream, null, CU_EVENT_RECORD_DEFAULT);
      ran = true;
    }
  }

  private void captureOrRefuse(CUstream_st stream) {
    try {
      graph = capture(stream, null);
      device.created();
    } catch (DeviceException e) {
      refused = true;
      LOG.warn("no CUDA graph, {} launches one by one instead: {}", work.size(), e.getMessage());
    }
  }

  /** A graph of all work; with events it also records one before each entry and one at the end. */
  private CUgraphExec_st capture(CUstream_st stream, List<CUevent_st> events) {
    check(
        cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL), "cuStreamBeginCapture");
    var captured = new CUgraph_st();
    try {
      try {
        enqueueAll(stream, events, CU_EVENT_RECORD_EXTERNAL);
      } catch (RuntimeException e) {
        cuStreamEndCapture(stream, captured); // Fails too, and gives the stream back.
        throw e;
      }
      check(cuStreamEndCapture(stream, captured), "cuStreamEndCapture");
      var executable = new CUgraphExec_st();
      check(cuGraphInstantiate(executable, captured, 0), "cuGraphInstantiate");
      return executable;
    } finally {
      if (!captured.isNull()) {
        cuGraphDestroy(captured);
      }
    }
  }

  private void enqueueAll(CUstream_st stream, List<CUevent_st> events, int eventFlags) {
    for (int i = 0; i < work.size(); i++) {
      record(stream, events, i, eventFlags);
      work.get(i).enqueue(stream);
    }
    record(stream, events, work.size(), eventFlags);
  }

  private static void record(CUstream_st stream, List<CUevent_st> events, int index, int flags) {
    if (events != null) {
      check(cuEventRecordWithFlags(events.get(index), stream, flags), "cuEventRecordWithFlags");
    }
  }

  /**
   * Times are between events around each entry; from the second run on these are nodes of a graph,
   * so that the host is not in the way. They are put on the host's clock, where the run was queued;
   * their resolution is about 0.5 us.
   */
  @Override
  public List<Timing> profile() {
    CUstream_st stream = device.stream();
    var events = new ArrayList<CUevent_st>();
    try {
      for (int i = 0; i <= work.size(); i++) {
        var event = new CUevent_st();
        check(cuEventCreate(event, CU_EVENT_DEFAULT), "cuEventCreate");
        events.add(event);
        device.created();
      }
      device.finish();
      long queued = System.nanoTime();
      runWithEvents(stream, events);
      device.finish();
      return timings(queued, events);
    } finally {
      for (CUevent_st event : events) {
        cuEventDestroy(event);
        device.released();
      }
    }
  }

  private void runWithEvents(CUstream_st stream, List<CUevent_st> events) {
    CUgraphExec_st timed = null;
    if (ran && !refused) {
      try {
        timed = capture(stream, events);
      } catch (DeviceException e) {
        LOG.warn("no CUDA graph, so times contain the host's: {}", e.getMessage());
      }
    }
    if (timed == null) {
      enqueueAll(stream, events, CU_EVENT_RECORD_DEFAULT);
      ran = true;
      return;
    }
    try {
      check(cuGraphLaunch(timed, stream), "cuGraphLaunch");
      device.finish();
    } finally {
      cuGraphExecDestroy(timed);
    }
  }

  private List<Timing> timings(long queued, List<CUevent_st> events) {
    var timings = new ArrayList<Timing>();
    float[] milliseconds = new float[1];
    long start = queued;
    for (int i = 0; i < work.size(); i++) {
      check(
          cuEventElapsedTime(milliseconds, events.get(0), events.get(i + 1)), "cuEventElapsedTime");
      long end = queued + Math.round(milliseconds[0] * 1e6);
      timings.add(new Timing(queued, start, end));
      start = end;
    }
    return timings;
  }

  @Override
  public List<Work> launches() {
    return launches;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      device.makeCurrent();
      if (graph != null) {
        release(cuGraphExecDestroy(graph), "cuGraphExecDestroy");
        graph = null;
        device.released();
      }
      work.forEach(BoundWork::close);
      work.clear();
      device.released();
    }
  }
}
