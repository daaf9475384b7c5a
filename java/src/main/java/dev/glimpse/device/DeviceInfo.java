package dev.glimpse.device;

import java.util.Set;

/**
 * What is known of a device before it is opened.
 *
 * @param id the name by which {@code --device} selects it, for example {@code opencl:0.0}
 * @param name the device's own name
 * @param platform the driver's name
 * @param driver the driver's version
 * @param kind which kernel variants and tuning defaults suit it
 * @param computeUnits cores of a CPU, multiprocessors of a GPU
 * @param memory global memory in bytes
 * @param maxAllocation the largest single buffer in bytes
 * @param localMemory local (shared) memory of a work-group in bytes
 * @param maxWorkGroup the largest work-group
 * @param alignment in bytes, of the offset of a {@link Buffer#slice}
 * @param vectorWidth floats in a native vector register; 16 with AVX-512
 * @param emulated a driver of another device that runs on the CPU (llvmpipe, an FPGA's emulation);
 *     only used when named
 * @param libraries what a vendor's library computes for an open device, in place of our kernels
 */
public record DeviceInfo(
    String id,
    String name,
    String platform,
    String driver,
    Kind kind,
    int computeUnits,
    long memory,
    long maxAllocation,
    long localMemory,
    long maxWorkGroup,
    int alignment,
    int vectorWidth,
    boolean emulated,
    Set<LibraryCall.Kind> libraries) {

  /** The classes of device for which kernels have variants and tuning defaults. */
  public enum Kind {
    CPU(1),
    AMD(64),
    NVIDIA(128),
    INTEL(8),
    OTHER_GPU(64);

    private final int lanes;

    /**
     * @param lanes that a compute unit has, about
     */
    Kind(int lanes) {
      this.lanes = lanes;
    }

    public boolean isCpu() {
      return this == CPU;
    }
  }

  /**
   * The same device, used with the kernel variants of another kind (for tests of those kernels).
   */
  public DeviceInfo as(Kind other) {
    return new DeviceInfo(
        id,
        name,
        platform,
        driver,
        other,
        computeUnits,
        memory,
        maxAllocation,
        localMemory,
        maxWorkGroup,
        alignment,
        vectorWidth,
        emulated,
        libraries);
  }

  /**
   * How many operations it does at once, about: a multiprocessor of NVIDIA's, which is one compute
   * unit, does as much as 16 units of Intel's.
   */
  long width() {
    return (long) computeUnits * kind.lanes;
  }

  /** Floats in the vectors in which a CPU multiplies ({@code kernels/dialect/wide.h}). */
  public int lanes() {
    return vectorWidth >= 16 ? 16 : 8;
  }

  /** The same device, with a vendor's libraries in place of some of our kernels. */
  public DeviceInfo with(Set<LibraryCall.Kind> libraries) {
    return new DeviceInfo(
        id,
        name,
        platform,
        driver,
        kind,
        computeUnits,
        memory,
        maxAllocation,
        localMemory,
        maxWorkGroup,
        alignment,
        vectorWidth,
        emulated,
        Set.copyOf(libraries));
  }
}
