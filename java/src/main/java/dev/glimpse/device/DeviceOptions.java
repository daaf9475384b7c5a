package dev.glimpse.device;

import java.util.Locale;
import java.util.Optional;

/**
 * How a device is used.
 *
 * @param kernels whose kernels compute
 * @param precision of matrix products and convolutions; empty: the device's own choice
 * @param deterministic only what gives the same bits in every run; ours always does
 */
public record DeviceOptions(Kernels kernels, Optional<Precision> precision, boolean deterministic) {
  public static final DeviceOptions DEFAULT =
      new DeviceOptions(Kernels.AUTO, Optional.empty(), false);

  /** Whose kernels compute what a vendor's library also can. */
  public enum Kernels {
    /** The library's where there is one, ours elsewhere. */
    AUTO,
    /** Ours. */
    HAND,
    /** The library's; refused where there is none. */
    LIBRARY
  }

  /** What a vendor's library multiplies in. Sums are always FP32, and so is what lies in memory. */
  public enum Precision {
    FP32,
    /** 10 bits of mantissa. */
    TF32,
    /** 7 bits of mantissa, in matrix products and convolutions; the rest is in TF32. */
    BF16
  }

  /**
   * Refuses what a device without libraries cannot do.
   *
   * @throws DeviceException naming the option
   */
  public void checkWithoutLibraries(DeviceInfo device) {
    if (kernels == Kernels.LIBRARY) {
      throw new DeviceException(
          "NO_LIBRARY",
          "--kernels library needs a CUDA device with cuBLAS and cuDNN; %s has only our kernels"
              .formatted(device.id()));
    }
    if (precision.isPresent() && precision.get() != Precision.FP32) {
      throw new DeviceException(
          "NO_LIBRARY",
          "--precision %s needs a CUDA device and its libraries; %s computes in fp32"
              .formatted(precision.get().name().toLowerCase(Locale.ROOT), device.id()));
    }
  }
}
