package dev.glimpse.device;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;

/**
 * The devices that tests share. They stay open until the JVM ends, because every device compiles
 * its own programs, and compiling is most of the time that a test takes.
 */
public final class TestDevices {
  private static final Map<Kernels, Device> OPEN = new EnumMap<>(Kernels.class);

  /** The variants of our kernels. A GPU's own ones are those for GPUs. */
  private enum Kernels {
    OWN,
    GPU
  }

  /** In FP32 as everywhere else, so that all devices are held to the same tolerances. */
  public static final DeviceOptions OPTIONS =
      new DeviceOptions(
          DeviceOptions.Kernels.valueOf(property("glimpse.kernels", "auto")),
          Optional.of(DeviceOptions.Precision.valueOf(property("glimpse.precision", "fp32"))),
          true);

  private static final String COMPILER_OPTIONS = "glimpse.openClOptions";

  private TestDevices() {}

  private static String property(String name, String otherwise) {
    return System.getProperty(name, otherwise).toUpperCase(Locale.ROOT);
  }

  /** Whether {@code ./glimpse test --device} names the device. */
  public static boolean isNamed() {
    return System.getProperty("glimpse.device") != null;
  }

  /**
   * The device that tests run on: {@code glimpse.device}, which {@code ./glimpse test --device}
   * sets, or the best. A test is skipped where the device asked for is not there, unless that is
   * what stands in for a card.
   */
  public static DeviceInfo info() {
    String wanted = System.getProperty("glimpse.device", "best");
    try {
      return Devices.choose(wanted);
    } catch (DeviceException e) {
      if (wanted.equals("best") || System.getProperty("glimpse.stand-in") != null) {
        throw e;
      }
      return Assumptions.abort(e.getMessage());
    }
  }

  /** The best of OpenCL, which alone an embedded model and an OpenCL simulator know. */
  public static DeviceInfo openCl() {
    return Devices.list().stream()
        .filter(device -> device.id().startsWith("opencl:"))
        .findFirst()
        .orElseThrow();
  }

  /** The device with the kernel variants made for it. */
  public static Device own() {
    return of(Kernels.OWN);
  }

  /**
   * The device whose bits do not depend on what is fused: skips the test where a vendor's library
   * computes, whose kernel with an epilogue may be another than without.
   */
  public static Device ownWithoutLibraries() {
    Device own = own();
    Assumptions.assumeTrue(
        own.info().libraries().isEmpty(), "libraries promise no bits across epilogues");
    return own;
  }

  /**
   * The same device with the kernel variants made for GPUs. A CPU's compiler is told not to
   * optimise them: it would take more time than anything else in the tests.
   */
  public static Device withGpuKernels() {
    return of(Kernels.GPU);
  }

  /**
   * What {@link #withGpuKernels} is, but for its size.
   *
   * @param units multiprocessors
   * @param localMemory of a work-group in bytes
   */
  public static DeviceInfo gpu(int units, long localMemory) {
    DeviceInfo info = withGpuKernels().info();
    return new DeviceInfo(
        info.id(),
        info.name(),
        info.platform(),
        info.driver(),
        info.kind(),
        units,
        info.memory(),
        info.maxAllocation(),
        localMemory,
        info.maxWorkGroup(),
        info.alignment(),
        info.vectorWidth(),
        info.emulated(),
        info.libraries());
  }

  /**
   * The same, and a library that computes in Java.
   *
   * @param kinds of call that it has
   * @param accepting whether it takes calls that a library may refuse
   */
  public static LibraryDevice withLibraries(Set<LibraryCall.Kind> kinds, boolean accepting) {
    return new LibraryDevice(withGpuKernels(), kinds, accepting);
  }

  /** The device, anew and with all that its libraries have; the test closes it. */
  public static Device openNondeterministic() {
    return Devices.open(info(), new DeviceOptions(OPTIONS.kernels(), OPTIONS.precision(), false));
  }

  private static synchronized Device of(Kernels kernels) {
    Kernels variants = info().kind().isCpu() ? kernels : Kernels.OWN;
    return OPEN.computeIfAbsent(variants, TestDevices::open);
  }

  private static Device open(Kernels kernels) {
    return switch (kernels) {
      case OWN -> Devices.open(info(), OPTIONS);
      case GPU -> openUnoptimised(info().as(DeviceInfo.Kind.OTHER_GPU));
    };
  }

  /** A device whose kernels a CPU's compiler does not optimise; the test closes it. */
  public static Device openUnoptimised(DeviceInfo info) {
    return openUnoptimised(info, OPTIONS);
  }

  /** The same with other options. */
  public static Device openUnoptimised(DeviceInfo info, DeviceOptions options) {
    String others = System.getProperty(COMPILER_OPTIONS, "");
    System.setProperty(COMPILER_OPTIONS, others + " -cl-opt-disable");
    try {
      return Devices.open(info, options);
    } finally {
      System.setProperty(COMPILER_OPTIONS, others);
    }
  }
}
