package dev.glimpse.device.cuda;

import static org.bytedeco.cuda.global.cudart.*;

import dev.glimpse.device.Buffer;
import dev.glimpse.device.DeviceException;
import dev.glimpse.device.Launch;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** A kernel launch with its arguments in native memory, so that enqueuing allocates nothing. */
final class CudaLaunch implements BoundWork {
  private static final PointerPointer<Pointer> NO_EXTRA = null;

  /** The largest extent of a grid in any axis but x. */
  private static final int MOST_IN_Y = 65_535;

  private final Launch launch;
  private final CUfunc_st function;
  private final int[] groups = {1, 1, 1};
  private final int[] items = {1, 1, 1};

  /** The arguments, eight bytes each, and where each one is: what cuLaunchKernel reads. */
  private final LongPointer values;

  private final PointerPointer<Pointer> places;

  CudaLaunch(CudaDevice device, Launch launch) {
    this.launch = launch;
    for (int d = 0; d < launch.local().size(); d++) {
      items[d] = launch.local().get(d);
      groups[d] = launch.global().get(d) / items[d];
    }
    boolean tall = groups[1] > MOST_IN_Y;
    if (tall) {
      int rows = groups[1];
      groups[1] = groups[0];
      groups[0] = rows;
    }
    this.function = device.function(launch.kernel(), tall);
    int count = launch.arguments().size();
    this.values = new LongPointer(Math.max(1, count));
    this.places = new PointerPointer<>(Math.max(1, count));
    try {
      for (int i = 0; i < count; i++) {
        bind(i, launch.arguments().get(i));
      }
      if (parameterBytes(count) >= 0) {
        throw wrongArgument(count, "is missing");
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void bind(int index, Object argument) {
    int bytes;
    long value;
    if (argument instanceof Buffer buffer) {
      bytes = 8;
      value = CudaBuffer.address(buffer);
    } else if (argument instanceof Integer number) {
      bytes = 4;
      value = Integer.toUnsignedLong(number);
    } else if (argument instanceof Float number) {
      bytes = 4;
      value = Integer.toUnsignedLong(Float.floatToRawIntBits(number));
    } else {
      throw new IllegalArgumentException("kernel argument of type " + argument.getClass());
    }
    // The driver takes as many bytes as the kernel declares, whatever is there.
    long declared = parameterBytes(index);
    if (declared != bytes) {
      throw wrongArgument(
          index,
          declared < 0
              ? "is one too many"
              : "has %d bytes, the kernel takes %d".formatted(bytes, declared));
    }
    values.put(index, value); // Little-endian: four bytes are the first four.
    places.put(index, values.getPointer(index));
  }

  /** The size of a parameter of the kernel, -1 where it has none of this index. */
  private long parameterBytes(int index) {
    try (var offset = new SizeTPointer(1);
        var size = new SizeTPointer(1)) {
      int code = cuFuncGetParamInfo(function, index, offset, size);
      if (code == CUDA_ERROR_INVALID_VALUE) {
        return -1;
      }
      CudaDriver.check(code, "cuFuncGetParamInfo");
      return size.get();
    }
  }

  private DeviceException wrongArgument(int index, String what) {
    return new DeviceException(
        "CUDA_ERROR_INVALID_VALUE",
        "argument %d of %s in %s %s"
            .formatted(index, launch.kernel().entry(), launch.scope(), what));
  }

  @Override
  public void enqueue(CUstream_st stream) {
    int code =
        cuLaunchKernel(
            function, groups[0], groups[1], groups[2], items[0], items[1], items[2], 0, stream,
            places, NO_EXTRA);
    if (code != CUDA_SUCCESS) {
      String symbol = CudaDriver.symbol(code);
      throw new DeviceException(
          symbol,
          "%s: launching %s of %s failed (%s), global %s, local %s"
              .formatted(
                  launch.scope(),
                  launch.kernel().entry(),
                  launch.kernel().file(),
                  symbol,
                  launch.global(),
                  launch.local()));
    }
  }

  @Override
  public void close() {
    places.close();
    values.close();
  }
}
