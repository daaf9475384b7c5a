package dev.glimpse.cli;

import dev.glimpse.device.Devices;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What commands are told that take a trained model elsewhere: they compute next to nothing. */
final class StoredRun {
  @Parameters(paramLabel = "RUN", description = "The folder of a run that 'train' made.")
  private Path run;

  @Mixin private DeviceOption device;

  /** Loads the model. */
  LoadedRun open() {
    return LoadedRun.open(run, () -> Devices.open(device.device()));
  }
}
