package dev.glimpse.device.opencl;

import static org.jocl.CL.*;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.DeviceException;
import dev.glimpse.device.Launch;
import dev.glimpse.device.Recording;
import dev.glimpse.device.Work;
import java.util.ArrayList;
import java.util.List;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_command_queue;
import org.jocl.cl_event;
import org.jocl.cl_kernel;

/** Launches with one kernel object each, so that running sets no argument and allocates nothing. */
final class OpenClRecording implements Recording {
  private final OpenClDevice device;
  private final List<Launch> launches;
  private final cl_kernel[] kernels;
  private final long[][] global;
  private final long[][] local;

  OpenClRecording(OpenClDevice device, List<Launch> launches) {
    this.device = device;
    this.launches = List.copyOf(launches);
    this.kernels = new cl_kernel[launches.size()];
    this.global = new long[launches.size()][];
    this.local = new long[launches.size()][];
    try {
      for (int i = 0; i < kernels.length; i++) {
        bind(i, launches.get(i));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void bind(int index, Launch launch) {
    cl_kernel kernel = device.createKernel(launch.kernel());
    kernels[index] = kernel;
    device.created();
    global[index] = launch.global().stream().mapToLong(Integer::longValue).toArray();
    local[index] = launch.local().stream().mapToLong(Integer::longValue).toArray();
    for (int i = 0; i < launch.arguments().size(); i++) {
      Object argument = launch.arguments().get(i);
      try {
        if (argument instanceof Buffer buffer) {
          clSetKernelArg(kernel, i, Sizeof.cl_mem, Pointer.to(OpenClBuffer.memory(buffer)));
        } else if (argument instanceof Integer value) {
          clSetKernelArg(kernel, i, Sizeof.cl_int, Pointer.to(new int[] {value}));
        } else if (argument instanceof Float value) {
          clSetKernelArg(kernel, i, Sizeof.cl_float, Pointer.to(new float[] {value}));
        } else {
          throw new IllegalArgumentException("kernel argument of type " + argument.getClass());
        }
      } catch (CLException e) {
        throw new DeviceException(
            OpenClDevice.symbol(e),
            "clSetKernelArg failed: %s for argument %d of %s in %s"
                .formatted(OpenClDevice.symbol(e), i, launch.kernel().entry(), launch.scope()),
            e);
      }
    }
  }

  @Override
  public void run() {
    cl_command_queue queue = device.queue();
    for (int i = 0; i < kernels.length; i++) {
      enqueue(queue, i, null);
    }
  }

  @Override
  public List<Timing> profile() {
    cl_command_queue queue = device.profilingQueue();
    device.finish();
    var events = new ArrayList<cl_event>();
    try {
      for (int i = 0; i < kernels.length; i++) {
        var event = new cl_event();
        enqueue(queue, i, event);
        device.created();
        events.add(event);
      }
      OpenClDevice.run("clFinish", () -> clFinish(queue));
      return events.stream().map(OpenClRecording::timing).toList();
    } finally {
      for (cl_event event : events) {
        clReleaseEvent(event);
        device.released();
      }
    }
  }

  private static Timing timing(cl_event event) {
    return new Timing(
        time(event, CL_PROFILING_COMMAND_QUEUED),
        time(event, CL_PROFILING_COMMAND_START),
        time(event, CL_PROFILING_COMMAND_END));
  }

  private void enqueue(cl_command_queue queue, int i, cl_event event) {
    try {
      clEnqueueNDRangeKernel(
          queue, kernels[i], global[i].length, null, global[i], local[i], 0, null, event);
    } catch (CLException e) {
      Launch launch = launches.get(i);
      throw new DeviceException(
          OpenClDevice.symbol(e),
          "%s: launching %s of %s failed (%s), global %s, local %s"
              .formatted(
                  launch.scope(),
                  launch.kernel().entry(),
                  launch.kernel().file(),
                  OpenClDevice.symbol(e),
                  launch.global(),
                  launch.local()),
          e);
    }
  }

  private static long time(cl_event event, int parameter) {
    long[] nanoseconds = new long[1];
    clGetEventProfilingInfo(event, parameter, Sizeof.cl_ulong, Pointer.to(nanoseconds), null);
    return nanoseconds[0];
  }

  @Override
  public List<Work> launches() {
    return List.copyOf(launches);
  }

  @Override
  public void close() {
    for (int i = 0; i < kernels.length; i++) {
      if (kernels[i] != null) {
        clReleaseKernel(kernels[i]);
        kernels[i] = null;
        device.released();
      }
    }
  }
}
