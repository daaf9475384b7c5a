package dev.glimpse.cli;

import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceOptions;
import dev.glimpse.device.DeviceOptions.Kernels;
import dev.glimpse.device.DeviceOptions.Precision;
import dev.glimpse.device.Devices;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What to compute on, and how: the options of every command that trains or measures. */
public final class ComputeOptions {
  @Mixin private DeviceOption device;

  @Option(
      names = "--kernels",
      paramLabel = "WHOSE",
      defaultValue = "AUTO",
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
        device(), new DeviceOptions(kernels, Optional.ofNullable(precision), deterministic));
  }
}
