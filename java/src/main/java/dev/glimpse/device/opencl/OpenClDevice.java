package dev.glimpse.device.opencl;

import static org.jocl.CL.*;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceException;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Fence;
import dev.glimpse.device.Kernel;
import dev.glimpse.device.Launch;
import dev.glimpse.device.ProgramCache;
import dev.glimpse.device.Recording;
import dev.glimpse.device.Transfer;
import dev.glimpse.device.Work;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.jocl.cl_platform_id;

/** An OpenCL device: one context and one in-order queue. */
final class OpenClDevice implements Device {
  private static final byte[] ZERO = {0};

  private final DeviceInfo info;
  private final cl_context context;
  private final cl_device_id device;
  private final cl_command_queue queue;
  private final OpenClPrograms programs;
  private final AtomicInteger liveObjects = new AtomicInteger();
  private cl_command_queue profilingQueue;
  private boolean closed;

  OpenClDevice(DeviceInfo info, cl_platform_id platform, cl_device_id device, ProgramCache cache) {
    CL.setExceptionsEnabled(true);
    this.info = info;
    this.device = device;
    var properties = new cl_context_properties();
    properties.addProperty(CL_CONTEXT_PLATFORM, platform);
    this.context =
        call(
            "clCreateContext",
            () -> clCreateContext(properties, 1, new cl_device_id[] {device}, null, null, null));
    this.queue = createQueue(0);
    this.programs = new OpenClPrograms(this, cache);
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  /** Whether a program may ask for division and square root that are rounded to the nearest. */
  boolean dividesExactly() {
    long[] config = new long[1];
    clGetDeviceInfo(device, CL_DEVICE_SINGLE_FP_CONFIG, Sizeof.cl_ulong, Pointer.to(config), null);
    return (config[0] & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0;
  }

  @Override
  public Buffer allocate(long bytes) {
    if (bytes <= 0 || bytes > info.maxAllocation()) {
      throw outOfMemory(bytes, "CL_INVALID_BUFFER_SIZE", null);
    }
    try {
      cl_mem memory = clCreateBuffer(context(), CL_MEM_READ_WRITE, bytes, null, null);
      return new OpenClBuffer(this, memory, bytes);
    } catch (CLException e) {
      throw outOfMemory(bytes, symbol(e), e);
    }
  }

  private DeviceException outOfMemory(long bytes, String code, Throwable cause) {
    return new DeviceException(
        code,
        "%s cannot allocate %d MiB (it has %d MiB, at most %d MiB at once): use a smaller --batch"
            .formatted(info.name(), bytes >> 20, info.memory() >> 20, info.maxAllocation() >> 20),
        cause);
  }

  @Override
  public Transfer upload(ByteBuffer source, Buffer target) {
    if (!source.isDirect()) {
      throw new IllegalArgumentException("an upload needs a direct buffer");
    }
    long bytes = Math.min(source.capacity(), target.bytes());
    Pointer pointer = Pointer.to(source.duplicate().clear());
    return () -> {
      try {
        cl_mem memory = OpenClBuffer.memory(target);
        clEnqueueWriteBuffer(queue(), memory, false, 0, bytes, pointer, 0, null, null);
      } catch (CLException e) {
        throw failure("clEnqueueWriteBuffer", e);
      }
    };
  }

  @Override
  public void write(Buffer target, ByteBuffer source) {
    checkFits(source.remaining(), target);
    run(
        "clEnqueueWriteBuffer",
        () ->
            clEnqueueWriteBuffer(
                queue(),
                OpenClBuffer.memory(target),
                true,
                0,
                source.remaining(),
                Pointer.to(source.slice()),
                0,
                null,
                null));
  }

  @Override
  public void read(Buffer source, ByteBuffer target) {
    checkFits(target.remaining(), source);
    run(
        "clEnqueueReadBuffer",
        () ->
            clEnqueueReadBuffer(
                queue(),
                OpenClBuffer.memory(source),
                true,
                0,
                target.remaining(),
                Pointer.to(target.slice()),
                0,
                null,
                null));
  }

  private static void checkFits(long bytes, Buffer buffer) {
    if (bytes > buffer.bytes()) {
      throw new IllegalArgumentException(bytes + " bytes do not fit a buffer of " + buffer.bytes());
    }
  }

  @Override
  public void clear(Buffer target) {
    run(
        "clEnqueueFillBuffer",
        () ->
            clEnqueueFillBuffer(
                queue(),
                OpenClBuffer.memory(target),
                Pointer.to(ZERO),
                1,
                0,
                target.bytes(),
                0,
                null,
                null));
  }

  @Override
  public Recording record(List<? extends Work> work) {
    return new OpenClRecording(this, work.stream().map(OpenClDevice::launch).toList());
  }

  private static Launch launch(Work work) {
    if (work instanceof Launch launch) {
      return launch;
    }
    throw new IllegalArgumentException(work.program() + " on a device without libraries");
  }

  @Override
  public Fence fence() {
    return new OpenClFence(this);
  }

  @Override
  public void finish() {
    try {
      clFinish(queue());
    } catch (CLException e) {
      throw failure("clFinish", e);
    }
  }

  @Override
  public int liveObjects() {
    return liveObjects.get();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    try {
      finish();
    } finally {
      closed = true;
      programs.close();
      if (profilingQueue != null) {
        clReleaseCommandQueue(profilingQueue);
        released();
      }
      clReleaseCommandQueue(queue);
      released();
      clReleaseContext(context);
    }
  }

  cl_kernel createKernel(Kernel kernel) {
    return programs.createKernel(kernel);
  }

  cl_context context() {
    checkOpen();
    return context;
  }

  cl_device_id id() {
    return device;
  }

  cl_command_queue queue() {
    checkOpen();
    return queue;
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the device is closed");
    }
  }

  /** A second queue, so that the normal one never pays for profiling. */
  cl_command_queue profilingQueue() {
    if (profilingQueue == null) {
      profilingQueue = createQueue(CL_QUEUE_PROFILING_ENABLE);
    }
    return profilingQueue;
  }

  @SuppressWarnings("deprecation") // clCreateCommandQueueWithProperties needs OpenCL 2.0
  private cl_command_queue createQueue(long properties) {
    cl_command_queue created =
        call(
            "clCreateCommandQueue",
            () -> clCreateCommandQueue(context, device, properties, (int[]) null));
    created();
    return created;
  }

  void created() {
    liveObjects.incrementAndGet();
  }

  void released() {
    liveObjects.decrementAndGet();
  }

  static void run(String function, Runnable call) {
    call(
        function,
        () -> {
          call.run();
          return null;
        });
  }

  static <T> T call(String function, Supplier<T> call) {
    try {
      return call.get();
    } catch (CLException e) {
      throw failure(function, e);
    }
  }

  static DeviceException failure(String function, CLException cause) {
    String code = symbol(cause);
    return new DeviceException(code, function + " failed: " + code, cause);
  }

  static String symbol(CLException e) {
    return CL.stringFor_errorCode(e.getStatus());
  }
}
