package dev.glimpse.device.cuda;

import static dev.glimpse.device.cuda.CudaDriver.check;
import static dev.glimpse.device.cuda.CudaDriver.release;
import static org.bytedeco.cuda.global.cudart.*;
import static org.bytedeco.cuda.global.nvrtc.*;

import dev.glimpse.device.DeviceException;
import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Kernel;
import dev.glimpse.device.ProgramCache;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * The programs that a device has loaded, one per distinct source. NVRTC makes machine code (CUBIN)
 * of the device's own architecture: PTX of a newer NVRTC is refused by an older driver.
 */
final class CudaPrograms {
  /** What lets the kernels' OpenCL C compile as CUDA. */
  private static final String DIALECT = "dialect/cuda.h";

  /** What a driver says of machine code that is damaged, or not for it. */
  private static final Set<Integer> REFUSALS =
      Set.of(
          CUDA_ERROR_INVALID_IMAGE,
          CUDA_ERROR_NO_BINARY_FOR_GPU,
          CUDA_ERROR_INVALID_PTX,
          CUDA_ERROR_UNSUPPORTED_PTX_VERSION);

  private final DeviceInfo device;
  private final ProgramCache cache;
  private final List<String> options;
  private final String versions;
  private final Map<Variant, CUmod_st> loaded = new HashMap<>();

  /** What a program is made of. */
  private record Variant(String source, boolean tall) {}

  CudaPrograms(DeviceInfo device, int handle, ProgramCache cache) {
    this.device = device;
    this.cache = cache;
    this.options =
        List.of(
            "--gpu-architecture=sm_" + architecture(handle).orElseThrow(),
            "--pre-include=" + DIALECT,
            "--std=c++17",
            // Plans equal eager runs bit for bit because nothing but fma() itself is contracted.
            "--fmad=false");
    int[] nvrtcMajor = new int[1];
    int[] nvrtcMinor = new int[1];
    checkCompiler(nvrtcVersion(nvrtcMajor, nvrtcMinor), "nvrtcVersion");
    this.versions = "NVRTC %d.%d".formatted(nvrtcMajor[0], nvrtcMinor[0]);
  }

  /** The device's own, or else the newest of its family, whose machine code it runs too. */
  private static OptionalInt architecture(int handle) {
    int own = CudaDriver.capability(handle);
    int[] count = new int[1];
    checkCompiler(nvrtcGetNumSupportedArchs(count), "nvrtcGetNumSupportedArchs");
    int[] known = new int[count[0]];
    checkCompiler(nvrtcGetSupportedArchs(known), "nvrtcGetSupportedArchs");
    return Arrays.stream(known)
        .filter(architecture -> architecture / 10 == own / 10 && architecture <= own)
        .max();
  }

  /** Why programs for a device cannot be compiled, if that is so. */
  static Optional<String> missing(DeviceInfo device, int handle) {
    return architecture(handle).isPresent()
        ? Optional.empty()
        : Optional.of(
            "NVRTC does not know the architecture sm_%d of %s (%s): use its OpenCL device."
                .formatted(CudaDriver.capability(handle), device.id(), device.name()));
  }

  /** The number of programs. */
  int count() {
    return loaded.size();
  }

  /**
   * A kernel.
   *
   * @param tall whether its grid has both axes exchanged, see {@code TALL_GRID} there
   */
  CUfunc_st function(Kernel kernel, boolean tall) {
    var variant = new Variant(kernel.source(), tall);
    CUmod_st module = loaded.computeIfAbsent(variant, wanted -> load(kernel, wanted));
    var function = new CUfunc_st();
    int code = cuModuleGetFunction(function, module, kernel.entry());
    if (code == CUDA_ERROR_NOT_FOUND) {
      throw new DeviceException(
          CudaDriver.symbol(code), "no kernel " + kernel.entry() + " in " + kernel.file());
    }
    check(code, "cuModuleGetFunction");
    return function;
  }

  void close() {
    for (CUmod_st module : loaded.values()) {
      release(cuModuleUnload(module), "cuModuleUnload");
    }
    loaded.clear();
  }

  private CUmod_st load(Kernel kernel, Variant variant) {
    var options = new ArrayList<>(this.options);
    if (variant.tall) {
      options.add("--define-macro=TALL_GRID");
    }
    String key =
        ProgramCache.key(Kernel.text(DIALECT) + variant.source, options + versions, device);
    Optional<CUmod_st> cached = cache.load(key).flatMap(CudaPrograms::cached);
    if (cached.isPresent()) {
      return cached.get();
    }
    byte[] binary = compile(kernel, variant.source, options);
    cache.store(key, binary);
    var module = new CUmod_st();
    int code = load(binary, module);
    if (code != CUDA_SUCCESS) {
      String symbol = CudaDriver.symbol(code);
      throw new DeviceException(
          symbol,
          "the driver (%s) refuses what %s makes of %s (%s): install a newer driver"
              .formatted(device.driver(), versions, kernel.file(), symbol));
    }
    return module;
  }

  /** Empty where the driver refuses it. */
  private static Optional<CUmod_st> cached(byte[] binary) {
    var module = new CUmod_st();
    return load(binary, module) == CUDA_SUCCESS ? Optional.of(module) : Optional.empty();
  }

  private static int load(byte[] binary, CUmod_st module) {
    try (var image = new BytePointer(binary)) {
      int code = cuModuleLoadData(module, image);
      if (!REFUSALS.contains(code)) {
        check(code, "cuModuleLoadData"); // It may be what became of an earlier kernel, too.
      }
      return code;
    }
  }

  private byte[] compile(Kernel kernel, String source, List<String> options) {
    var program = new _nvrtcProgram();
    try (var text = new BytePointer(source);
        var name = new BytePointer(kernel.file());
        var headers = new PointerPointer<BytePointer>(Kernel.text(DIALECT));
        var includeNames = new PointerPointer<BytePointer>(DIALECT);
        var flags = new PointerPointer<BytePointer>(options.toArray(String[]::new))) {
      checkCompiler(
          nvrtcCreateProgram(program, text, name, 1, headers, includeNames), "nvrtcCreateProgram");
      int code = nvrtcCompileProgram(program, options.size(), flags);
      if (code != NVRTC_SUCCESS) {
        throw new DeviceException(
            compilerSymbol(code),
            "%s does not compile for %s with %s:%n%s"
                .formatted(kernel.file(), device.name(), kernel.defines(), log(program)));
      }
      return binary(program);
    } finally {
      if (!program.isNull()) {
        nvrtcDestroyProgram(program);
      }
    }
  }

  private static byte[] binary(_nvrtcProgram program) {
    try (var size = new SizeTPointer(1)) {
      checkCompiler(nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize");
      byte[] binary = new byte[(int) size.get()];
      checkCompiler(nvrtcGetCUBIN(program, binary), "nvrtcGetCUBIN");
      return binary;
    }
  }

  private static String log(_nvrtcProgram program) {
    try (var size = new SizeTPointer(1)) {
      checkCompiler(nvrtcGetProgramLogSize(program, size), "nvrtcGetProgramLogSize");
      byte[] text = new byte[(int) Math.max(1, size.get())];
      checkCompiler(nvrtcGetProgramLog(program, text), "nvrtcGetProgramLog");
      return CudaDriver.text(text).lines().limit(20).collect(Collectors.joining("\n"));
    }
  }

  private static void checkCompiler(int code, String function) {
    if (code != NVRTC_SUCCESS) {
      String symbol = compilerSymbol(code);
      throw new DeviceException(symbol, function + " failed: " + symbol);
    }
  }

  private static String compilerSymbol(int code) {
    Pointer symbol = nvrtcGetErrorString(code);
    return symbol == null ? "NVRTC_ERROR_" + code : new BytePointer(symbol).getString();
  }
}
