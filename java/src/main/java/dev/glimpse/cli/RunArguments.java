package dev.glimpse.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What all commands that use a trained model are told. */
final class RunArguments {
  @Parameters(paramLabel = "RUN", description = "The folder of a run that 'train' made.")
  private Path run;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "best",
      description = "What to compute on; 'glimpse devices' lists all (default: ${DEFAULT-VALUE}).")
  private String device;

  /** Loads the model. */
  TrainedModel open() {
    return TrainedModel.open(run, device);
  }
}
