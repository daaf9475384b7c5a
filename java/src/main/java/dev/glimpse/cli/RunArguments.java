package dev.glimpse.cli;

import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What all commands that compute with a trained model are told. */
final class RunArguments {
  @Parameters(paramLabel = "RUN", description = "The folder of a run that 'train' made.")
  private Path run;

  @Mixin private ComputeOptions compute;

  /** Loads the model. */
  LoadedRun open() {
    return LoadedRun.open(run, compute::open);
  }
}
