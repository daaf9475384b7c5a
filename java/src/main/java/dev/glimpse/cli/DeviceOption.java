package dev.glimpse.cli;

import picocli.CommandLine.Option;

/** What to compute on. */
final class DeviceOption {
  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "best",
      description = "What to compute on; 'glimpse devices' lists all (default: ${DEFAULT-VALUE}).")
  private String device;

  /** The device's id, or whatever else names it. */
  String device() {
    return device;
  }
}
