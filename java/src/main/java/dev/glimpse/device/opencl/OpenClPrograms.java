package dev.glimpse.device.opencl;

import static org.jocl.CL.*;

import dev.glimpse.device.DeviceException;
import dev.glimpse.device.Kernel;
import dev.glimpse.device.ProgramCache;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_program;

/** The programs that a device has built, one per distinct source. */
final class OpenClPrograms {
  private static final String POCL = "Portable Computing Language";
  private static final String LANGUAGE = "-cl-std=CL1.2";

  /** Else a GPU's division may be off by 2.5 ulp and its square root by 3, unlike a CPU's. */
  private static final String EXACT = " -cl-fp32-correctly-rounded-divide-sqrt";

  /** CPUs may need a hundred times as long for denormals, which Gaussian filters are full of. */
  private static final String WITHOUT_DENORMALS = " -cl-denorms-are-zero";

  /**
   * Tells PoCL that Clang's header of all built-in functions has been read, which else takes more
   * than half of a program's build.
   */
  private static final String BUILT_INS_DECLARED = " -D_OPENCL_H_";

  /** The version of PoCL that was seen to heed it; a later one may declare them in other ways. */
  private static final String HEEDS_DECLARED = "3.1";

  /** The JVM's property with more options for the driver's compiler, for example {@code -g}. */
  private static final String MORE_OPTIONS = "glimpse.openClOptions";

  /** Drivers that cache programs themselves; PoCL even compiles again to answer with a binary. */
  private static final List<String> CACHING_PLATFORMS =
      List.of(POCL, "NVIDIA CUDA", "Intel(R) OpenCL");

  private final OpenClDevice device;
  private final Optional<ProgramCache> cache;
  private final Map<String, cl_program> built = new HashMap<>();
  private final String options;
  private final String builtIns;

  OpenClPrograms(OpenClDevice device, ProgramCache cache) {
    this.device = device;
    boolean driverCaches =
        CACHING_PLATFORMS.stream().anyMatch(device.info().platform()::startsWith);
    boolean forced = Boolean.getBoolean("glimpse.programCache");
    String ofKind =
        device.info().kind().isCpu() ? WITHOUT_DENORMALS : device.dividesExactly() ? EXACT : "";
    boolean declares =
        device.info().platform().equals(POCL) && device.info().driver().startsWith(HEEDS_DECLARED);
    this.builtIns = declares ? Kernel.text("dialect/built_ins.h") : "";
    String declared = declares ? BUILT_INS_DECLARED : "";
    String more = System.getProperty(MORE_OPTIONS, "");
    this.options = (LANGUAGE + ofKind + declared + " " + more).strip();
    this.cache = driverCaches && !forced ? Optional.empty() : Optional.of(cache);
  }

  /** A kernel object of its own for the caller, who releases it. */
  cl_kernel createKernel(Kernel kernel) {
    cl_program program =
        built.computeIfAbsent(kernel.source(), source -> build(kernel, builtIns + source));
    try {
      return clCreateKernel(program, kernel.entry(), null);
    } catch (CLException e) {
      throw new DeviceException(
          OpenClDevice.symbol(e), "no kernel " + kernel.entry() + " in " + kernel.file(), e);
    }
  }

  void close() {
    for (cl_program program : built.values()) {
      clReleaseProgram(program);
      device.released();
    }
    built.clear();
  }

  private cl_program build(Kernel kernel, String source) {
    String key = ProgramCache.key(source, options, device.info());
    Optional<cl_program> cached = cache.flatMap(c -> c.load(key)).flatMap(this::fromBinary);
    if (cached.isPresent()) {
      return cached.get();
    }
    cl_program program = fromSource(kernel, source);
    try {
      cache.ifPresent(c -> c.store(key, binary(program)));
    } catch (CLException e) {
      // The driver gives no binary: then the next process compiles again.
    }
    return program;
  }

  private cl_program fromSource(Kernel kernel, String source) {
    cl_program program =
        OpenClDevice.call(
            "clCreateProgramWithSource",
            () ->
                clCreateProgramWithSource(device.context(), 1, new String[] {source}, null, null));
    device.created();
    try {
      clBuildProgram(program, 1, new cl_device_id[] {device.id()}, options, null, null);
      return program;
    } catch (CLException e) {
      String log = buildLog(program);
      clReleaseProgram(program);
      device.released();
      throw new DeviceException(
          OpenClDevice.symbol(e),
          "%s does not compile for %s with %s:%n%s"
              .formatted(kernel.file(), device.info().name(), kernel.defines(), log),
          e);
    }
  }

  /** Empty when the driver refuses the binary: it was made by another version, or is damaged. */
  private Optional<cl_program> fromBinary(byte[] binary) {
    cl_program program = null;
    try {
      program =
          clCreateProgramWithBinary(
              device.context(),
              1,
              new cl_device_id[] {device.id()},
              new long[] {binary.length},
              new byte[][] {binary},
              null,
              null);
      clBuildProgram(program, 1, new cl_device_id[] {device.id()}, options, null, null);
      device.created();
      return Optional.of(program);
    } catch (CLException e) {
      if (program != null) {
        clReleaseProgram(program);
      }
      return Optional.empty();
    }
  }

  private static byte[] binary(cl_program program) {
    long[] size = new long[1];
    clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, Sizeof.size_t, Pointer.to(size), null);
    byte[] bytes = new byte[(int) size[0]];
    clGetProgramInfo(
        program, CL_PROGRAM_BINARIES, Sizeof.POINTER, Pointer.to(Pointer.to(bytes)), null);
    return bytes;
  }

  private String buildLog(cl_program program) {
    long[] size = new long[1];
    clGetProgramBuildInfo(program, device.id(), CL_PROGRAM_BUILD_LOG, 0, null, size);
    byte[] bytes = new byte[(int) size[0]];
    clGetProgramBuildInfo(
        program, device.id(), CL_PROGRAM_BUILD_LOG, bytes.length, Pointer.to(bytes), null);
    return new String(bytes, StandardCharsets.UTF_8)
        .lines()
        .limit(20)
        .collect(Collectors.joining("\n"))
        .replace("\0", "");
  }
}
