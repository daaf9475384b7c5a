package dev.glimpse.device.cuda;

import static org.bytedeco.cuda.global.cudart.*;

import dev.glimpse.device.DeviceException;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DeviceInfo.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The driver: what devices it has, and the names of its errors. */
final class CudaDriver {
  private static final Logger LOG = LoggerFactory.getLogger(CudaDriver.class);

  /** Of a slice: what a cache line and the vector loads of the libraries ask for. */
  private static final int ALIGNMENT = 256;

  /** What CUDA 13's libraries need, and with it all functions that are called here. */
  private static final int OLDEST = 13_000;

  /** After these, "the process must be terminated and relaunched", by the driver's header. */
  private static final Set<Integer> LOST =
      Set.of(
          CUDA_ERROR_ILLEGAL_ADDRESS,
          CUDA_ERROR_LAUNCH_TIMEOUT,
          CUDA_ERROR_ASSERT,
          CUDA_ERROR_HARDWARE_STACK_ERROR,
          CUDA_ERROR_ILLEGAL_INSTRUCTION,
          CUDA_ERROR_MISALIGNED_ADDRESS,
          CUDA_ERROR_INVALID_ADDRESS_SPACE,
          CUDA_ERROR_INVALID_PC,
          CUDA_ERROR_LAUNCH_FAILED);

  private CudaDriver() {}

  /** Starts the driver; says why there are no devices, if there are none. */
  static Optional<String> findTrouble() {
    int[] version = new int[1];
    if (cuDriverGetVersion(version) == CUDA_SUCCESS && version[0] < OLDEST) {
      return Optional.of(tooOld(version[0]));
    }
    int code = cuInit(0);
    if (code == CUDA_ERROR_NO_DEVICE) {
      return Optional.of("CUDA's driver sees no device: look at nvidia-smi, CUDA_VISIBLE_DEVICES.");
    }
    if (code != CUDA_SUCCESS) {
      return Optional.of(
          "CUDA's driver does not start (cuInit: %s): look at nvidia-smi; it must be version 580 or"
                  .formatted(symbol(code))
              + " newer, and the user may need the group that owns /dev/nvidia0.");
    }
    return Optional.empty();
  }

  static String tooOld(int version) {
    return "CUDA's driver is too old (for CUDA %s): install version 580 or newer, for CUDA 13."
        .formatted(version(version));
  }

  static List<DeviceInfo> devices() {
    int[] count = new int[1];
    check(cuDeviceGetCount(count), "cuDeviceGetCount");
    var devices = new ArrayList<DeviceInfo>();
    for (int ordinal = 0; ordinal < count[0]; ordinal++) {
      devices.add(describe(ordinal));
    }
    return devices;
  }

  private static DeviceInfo describe(int ordinal) {
    int device = handle(ordinal);
    byte[] name = new byte[256];
    check(cuDeviceGetName(name, name.length, device), "cuDeviceGetName");
    int[] version = new int[1];
    check(cuDriverGetVersion(version), "cuDriverGetVersion");
    long memory;
    try (var bytes = new SizeTPointer(1)) {
      check(cuDeviceTotalMem(bytes, device), "cuDeviceTotalMem");
      memory = bytes.get();
    }
    return new DeviceInfo(
        "cuda:" + ordinal,
        text(name),
        "NVIDIA CUDA driver API",
        "CUDA " + version(version[0]),
        Kind.NVIDIA,
        attribute(device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
        memory,
        memory,
        attribute(device, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK),
        attribute(device, CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
        ALIGNMENT,
        1,
        false,
        Set.of());
  }

  /** The compute capability of a device: 90 for 9.0. */
  static int capability(int device) {
    return 10 * attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
        + attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  }

  private static String version(int number) {
    return number / 1000 + "." + number % 1000 / 10;
  }

  /** The CUdevice of an ordinal. */
  static int handle(int ordinal) {
    int[] device = new int[1];
    check(cuDeviceGet(device, ordinal), "cuDeviceGet");
    return device[0];
  }

  static int attribute(int device, int attribute) {
    int[] value = new int[1];
    check(cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
    return value[0];
  }

  /** What C wrote, up to its NUL. */
  static String text(byte[] bytes) {
    String all = new String(bytes, StandardCharsets.UTF_8);
    int end = all.indexOf('\0');
    return (end < 0 ? all : all.substring(0, end)).trim();
  }

  static void check(int code, String function) {
    if (code != CUDA_SUCCESS) {
      String symbol = symbol(code);
      String remedy = LOST.contains(code) ? ": this process has lost the device; start anew" : "";
      throw new DeviceException(symbol, function + " failed: " + symbol + remedy);
    }
  }

  /** The same of a call that gives something up: after a kernel's failure all of them fail. */
  static void release(int code, String function) {
    if (code != CUDA_SUCCESS) {
      LOG.debug("{} failed: {}", function, symbol(code));
    }
  }

  /** For example {@code CUDA_ERROR_OUT_OF_MEMORY}. */
  static String symbol(int code) {
    var name = new BytePointer();
    return cuGetErrorName(code, name) == CUDA_SUCCESS && !name.isNull()
        ? name.getString()
        : "CUDA_ERROR_" + code;
  }
}
