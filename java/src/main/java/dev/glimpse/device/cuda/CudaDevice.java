package dev.glimpse.device.cuda;

import static dev.glimpse.device.cuda.CudaDriver.check;
import static dev.glimpse.device.cuda.CudaDriver.release;
import static org.bytedeco.cuda.global.cudart.*;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceException;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DeviceOptions;
import dev.glimpse.device.Fence;
import dev.glimpse.device.Kernel;
import dev.glimpse.device.LibraryCall;
import dev.glimpse.device.LibraryCall.LstmSpace;
import dev.glimpse.device.LibraryCall.Sequence;
import dev.glimpse.device.ProgramCache;
import dev.glimpse.device.Recording;
import dev.glimpse.device.Transfer;
import dev.glimpse.device.Work;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmemPoolHandle_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A CUDA device: its primary context, which the libraries share, and one stream. What it owns goes
 * when it is closed and its last buffer, recording and fence are too.
 */
final class CudaDevice implements Device {
  private final DeviceInfo info;
  private final int handle;
  private final CUctx_st context = new CUctx_st();
  private final CUstream_st stream = new CUstream_st();
  private final CudaPrograms programs;
  private final CudaCalls calls;
  private final CudaStaging staging = new CudaStaging();
  private final boolean pooled;
  private final CUmemPoolHandle_st pool = new CUmemPoolHandle_st();
  private final AtomicInteger inUse = new AtomicInteger();
  private boolean closed;
  private boolean tornDown;

  CudaDevice(
      DeviceInfo info,
      int handle,
      DeviceOptions options,
      ProgramCache programs,
      ProgramCache algorithms) {
    this.info = info;
    this.handle = handle;
    this.programs = new CudaPrograms(info, handle, programs);
    this.calls = new CudaCalls(this, options, algorithms);
    check(cuDevicePrimaryCtxRetain(context, handle), "cuDevicePrimaryCtxRetain");
    try {
      makeCurrent();
      check(cuStreamCreate(stream, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
      this.pooled = CudaDriver.attribute(handle, CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED) != 0;
      if (pooled) {
        keepFreedMemory();
      }
    } catch (DeviceException e) {
      if (!stream.isNull()) {
        release(cuStreamDestroy(stream), "cuStreamDestroy");
      }
      release(cuDevicePrimaryCtxRelease(handle), "cuDevicePrimaryCtxRelease");
      throw e;
    }
  }

  /** Else the pool gives what is free back to the system whenever the host waits. */
  private void keepFreedMemory() {
    check(cuDeviceGetDefaultMemPool(pool, handle), "cuDeviceGetDefaultMemPool");
    try (var everything = new LongPointer(1)) {
      everything.put(-1L); // The largest value of cuuint64_t.
      check(
          cuMemPoolSetAttribute(pool, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, everything),
          "cuMemPoolSetAttribute");
    }
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public String description() {
    return info.libraries().isEmpty()
        ? info.name()
        : "%s, libraries in %s"
            .formatted(info.name(), calls.precision().name().toLowerCase(Locale.ROOT));
  }

  @Override
  public Buffer allocate(long bytes) {
    CUstream_st queue = stream();
    if (bytes <= 0 || bytes > info.maxAllocation()) {
      throw outOfMemory(bytes, "CUDA_ERROR_OUT_OF_MEMORY");
    }
    long[] address = new long[1];
    int code = pooled ? cuMemAllocAsync(address, bytes, queue) : cuMemAlloc(address, bytes);
    if (code != CUDA_SUCCESS) {
      throw outOfMemory(bytes, CudaDriver.symbol(code));
    }
    return CudaBuffer.allocated(this, address[0], bytes);
  }

  private DeviceException outOfMemory(long bytes, String code) {
    return new DeviceException(
        code,
        "%s cannot allocate %d MiB (it has %d MiB, other programs may use some; %s): use a smaller"
                .formatted(info.name(), bytes >> 20, info.memory() >> 20, code)
            + " --batch");
  }

  void free(long address) {
    makeCurrent();
    if (pooled) {
      release(cuMemFreeAsync(address, stream), "cuMemFreeAsync");
    } else {
      release(cuMemFree(address), "cuMemFree");
    }
  }

  @Override
  public Transfer upload(ByteBuffer source, Buffer target) {
    if (!source.isDirect()) {
      throw new IllegalArgumentException("an upload needs a direct buffer");
    }
    long bytes = Math.min(source.capacity(), target.bytes());
    var pointer = new Pointer(source.duplicate().clear());
    return () -> staging.upload(pointer, bytes, CudaBuffer.address(target), stream());
  }

  @Override
  public void write(Buffer target, ByteBuffer source) {
    checkFits(source.remaining(), target);
    check(
        cuMemcpyHtoDAsync(
            CudaBuffer.address(target), new Pointer(source.slice()), source.remaining(), stream()),
        "cuMemcpyHtoDAsync");
    finish();
  }

  @Override
  public void read(Buffer source, ByteBuffer target) {
    checkFits(target.remaining(), source);
    check(
        cuMemcpyDtoHAsync(
            new Pointer(target.slice()), CudaBuffer.address(source), target.remaining(), stream()),
        "cuMemcpyDtoHAsync");
    finish();
  }

  private static void checkFits(long bytes, Buffer buffer) {
    if (bytes > buffer.bytes()) {
      throw new IllegalArgumentException(bytes + " bytes do not fit a buffer of " + buffer.bytes());
    }
  }

  @Override
  public void clear(Buffer target) {
    check(
        cuMemsetD8Async(CudaBuffer.address(target), (byte) 0, target.bytes(), stream()),
        "cuMemsetD8Async");
  }

  @Override
  public Recording record(List<? extends Work> work) {
    stream();
    return new CudaRecording(this, List.copyOf(work));
  }

  @Override
  public Fence fence() {
    return new CudaFence(this);
  }

  @Override
  public void finish() {
    check(cuStreamSynchronize(stream()), "cuStreamSynchronize");
  }

  @Override
  public int liveObjects() {
    return inUse.get() + programs.count();
  }

  @Override
  public void close() {
    if (!closed) {
      try {
        finish();
      } finally {
        closed = true;
        tearDownIfUnused();
      }
    }
  }

  private void tearDownIfUnused() {
    if (closed && !tornDown && inUse.get() == 0) {
      tornDown = true;
      makeCurrent();
      release(cuStreamSynchronize(stream), "cuStreamSynchronize");
      staging.close();
      calls.close();
      programs.close();
      if (pooled) {
        giveBackMemory();
      }
      release(cuStreamDestroy(stream), "cuStreamDestroy");
      release(cuDevicePrimaryCtxRelease(handle), "cuDevicePrimaryCtxRelease");
    }
  }

  /** The pool is the process's, and would keep what was freed from all other programs. */
  private void giveBackMemory() {
    release(cuStreamSynchronize(stream), "cuStreamSynchronize");
    release(cuMemPoolTrimTo(pool, 0), "cuMemPoolTrimTo");
  }

  /** A kernel of a program that the device keeps, see {@link CudaPrograms#function}. */
  CUfunc_st function(Kernel kernel, boolean tall) {
    return programs.function(kernel, tall);
  }

  BoundWork bind(LibraryCall call) {
    return calls.bind(call);
  }

  @Override
  public boolean accepts(LibraryCall call) {
    return calls.accepts(call, stream());
  }

  @Override
  public Optional<LstmSpace> lstmSpace(Sequence size) {
    stream();
    return calls.lstmSpace(size);
  }

  /** The stream of an open device, whose context is the thread's current one from now on. */
  CUstream_st stream() {
    if (closed) {
      throw new IllegalStateException("the device is closed");
    }
    makeCurrent();
    return stream;
  }

  /**
   * The driver keeps that by thread, and others may change it. Where it fails, so does the rest.
   */
  void makeCurrent() {
    release(cuCtxSetCurrent(context), "cuCtxSetCurrent");
  }

  void created() {
    inUse.incrementAndGet();
  }

  void released() {
    inUse.decrementAndGet();
    tearDownIfUnused();
  }
}
