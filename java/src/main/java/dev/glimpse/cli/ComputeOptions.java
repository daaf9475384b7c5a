package dev.glimpse.cli;

import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceOptions;
import dev.glimpse.device.DeviceOptions.Kernels;
import dev.glimpse.device.DeviceOptions.Precision;
import dev.glimpse.device.Devices;
import dev.glimpse.train.SettingException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What to compute on, and how: the options of every command that trains or measures. */
public final class ComputeOptions {
  @Mixin private DeviceOption device;

  @Option(
      names = "--kernels",
      paramLabel = "WHOSE",
      description =
          "On a CUDA device, whose kernels multiply and convolve: hand (ours), library (cuBLAS,"
              + " cuDNN) or auto, the library's where we know of none faster (default: auto).")
  private Kernels kernels;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      description =
          "What libraries multiply in: fp32, tf32 or bf16; memory and sums stay fp32 (default: tf32"
              + " on CUDA, where a library computes; fp32 elsewhere).")
  private Precision precision;

  @Option(
      names = "--deterministic",
      description =
          "Only algorithms that give the same bits in every run. Our own kernels always do.")
  private boolean deterministic;

  /** The device's id, or whatever else names it. */
  public String device() {
    return device.device();
  }

  /** Opens the device. */
  public Device open() {
    return Devices.open(
        device(),
        new DeviceOptions(
            kernels == null ? Kernels.AUTO : kernels,
            Optional.ofNullable(precision),
            deterministic));
  }

  /** What is given, but for the device, as {@link #complete} takes it. */
  Map<String, String> given() {
    var given = new LinkedHashMap<String, String>();
    if (kernels != null) {
      given.put("kernels", kernels.name());
    }
    if (precision != null) {
      given.put("precision", precision.name());
    }
    if (deterministic) {
      given.put("deterministic", "true");
    }
    return given;
  }

  /**
   * Takes what is not given from another command's {@link #given}.
   *
   * @throws SettingException where that has an unknown value
   */
  void complete(Map<String, String> other) {
    try {
      if (kernels == null && other.containsKey("kernels")) {
        kernels = Kernels.valueOf(other.get("kernels"));
      }
      if (precision == null && other.containsKey("precision")) {
        precision = Precision.valueOf(other.get("precision"));
      }
    } catch (IllegalArgumentException e) {
      throw new SettingException("the run was computed by options that are unknown: " + other);
    }
    deterministic |= other.containsKey("deterministic");
  }
}
