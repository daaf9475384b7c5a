package dev.glimpse.device.opencl;

import static org.jocl.CL.*;

import dev.glimpse.device.Backend;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceException;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.DeviceInfo.Kind;
import dev.glimpse.device.DeviceOptions;
import dev.glimpse.device.ProgramCache;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** OpenCL through JOCL. Device ids are {@code opencl:<platform>.<device>}. */
public final class OpenClBackend implements Backend {
  private static final Logger LOG = LoggerFactory.getLogger(OpenClBackend.class);

  private final ProgramCache cache;
  private String trouble = "";

  public OpenClBackend() {
    this(ProgramCache.ofUser());
  }

  OpenClBackend(ProgramCache cache) {
    this.cache = cache;
  }

  @Override
  public String name() {
    return "opencl";
  }

  @Override
  public List<DeviceInfo> devices() {
    return found().stream().map(Found::info).toList();
  }

  @Override
  public String unavailableBecause() {
    return trouble;
  }

  @Override
  public Device open(DeviceInfo wanted, DeviceOptions options) {
    options.checkWithoutLibraries(wanted);
    for (Found found : found()) {
      if (found.info.id().equals(wanted.id())) {
        return new OpenClDevice(wanted, found.platform, found.device, cache);
      }
    }
    throw new DeviceException("NO_DEVICE", "device " + wanted.id() + " is gone");
  }

  private record Found(DeviceInfo info, cl_platform_id platform, cl_device_id device) {}

  private List<Found> found() {
    var found = new ArrayList<Found>();
    try {
      CL.setExceptionsEnabled(true);
      cl_platform_id[] platforms = platforms();
      for (int p = 0; p < platforms.length; p++) {
        cl_device_id[] devices = devices(platforms[p]);
        for (int d = 0; d < devices.length; d++) {
          String id = name() + ":" + p + "." + d;
          try {
            found.add(new Found(describe(id, platforms[p], devices[d]), platforms[p], devices[d]));
          } catch (CLException e) {
            LOG.warn("{} does not say what it is, and is left out: {}", id, e.getMessage());
          }
        }
      }
    } catch (UnsatisfiedLinkError e) {
      trouble =
          "There is no OpenCL loader (libOpenCL.so.1): install ocl-icd-libopencl1 and a driver,"
              + " for example pocl-opencl-icd for the CPU.";
      return List.of();
    }
    trouble =
        found.isEmpty()
            ? "OpenCL has no driver: install your GPU's, or pocl-opencl-icd for the CPU."
            : "";
    return found;
  }

  /** Empty where the loader finds no driver, which it reports as an error. */
  private static cl_platform_id[] platforms() {
    int[] count = new int[1];
    try {
      clGetPlatformIDs(0, null, count);
    } catch (CLException e) {
      return new cl_platform_id[0];
    }
    var platforms = new cl_platform_id[count[0]];
    clGetPlatformIDs(count[0], platforms, null);
    return platforms;
  }

  /** Empty for a platform without devices, as Mesa's Clover is on most machines. */
  private static cl_device_id[] devices(cl_platform_id platform) {
    int[] count = new int[1];
    try {
      clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, null, count);
    } catch (CLException e) {
      return new cl_device_id[0];
    }
    var devices = new cl_device_id[count[0]];
    if (devices.length > 0) {
      clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count[0], devices, null);
    }
    return devices;
  }

  private static DeviceInfo describe(String id, cl_platform_id platform, cl_device_id device) {
    String name = text(device, CL_DEVICE_NAME);
    long type = number(device, CL_DEVICE_TYPE);
    boolean emulated =
        name.contains("llvmpipe") || (type & (CL_DEVICE_TYPE_CPU | CL_DEVICE_TYPE_GPU)) == 0;
    boolean cpu = (type & CL_DEVICE_TYPE_CPU) != 0 && !emulated;
    return new DeviceInfo(
        id,
        name,
        platformName(platform),
        text(device, CL_DRIVER_VERSION),
        cpu ? Kind.CPU : gpuKind(text(device, CL_DEVICE_VENDOR)),
        (int) number(device, CL_DEVICE_MAX_COMPUTE_UNITS),
        number(device, CL_DEVICE_GLOBAL_MEM_SIZE),
        number(device, CL_DEVICE_MAX_MEM_ALLOC_SIZE),
        number(device, CL_DEVICE_LOCAL_MEM_SIZE),
        number(device, CL_DEVICE_MAX_WORK_GROUP_SIZE),
        (int) Math.max(128, number(device, CL_DEVICE_MEM_BASE_ADDR_ALIGN) / 8),
        (int) Math.max(1, number(device, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT)),
        emulated,
        Set.of());
  }

  private static Kind gpuKind(String vendor) {
    String lower = vendor.toLowerCase(Locale.ROOT);
    if (lower.contains("nvidia")) {
      return Kind.NVIDIA;
    }
    if (lower.contains("amd") || lower.contains("advanced micro")) {
      return Kind.AMD;
    }
    return lower.contains("intel") ? Kind.INTEL : Kind.OTHER_GPU;
  }

  private static String platformName(cl_platform_id platform) {
    long[] size = new long[1];
    clGetPlatformInfo(platform, CL_PLATFORM_NAME, 0, null, size);
    byte[] bytes = new byte[(int) size[0]];
    clGetPlatformInfo(platform, CL_PLATFORM_NAME, bytes.length, Pointer.to(bytes), null);
    return text(bytes);
  }

  private static String text(cl_device_id device, int parameter) {
    long[] size = new long[1];
    clGetDeviceInfo(device, parameter, 0, null, size);
    byte[] bytes = new byte[(int) size[0]];
    clGetDeviceInfo(device, parameter, bytes.length, Pointer.to(bytes), null);
    return text(bytes);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8).replace("\0", "").trim();
  }

  /** An integer of 4 or 8 bytes; the rest of the 8 stays zero. */
  private static long number(cl_device_id device, int parameter) {
    ByteBuffer value = ByteBuffer.allocateDirect(Sizeof.cl_ulong).order(ByteOrder.nativeOrder());
    clGetDeviceInfo(device, parameter, value.capacity(), Pointer.to(value), null);
    return value.getLong(0);
  }
}
