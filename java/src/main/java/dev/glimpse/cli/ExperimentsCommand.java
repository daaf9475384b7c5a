package dev.glimpse.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Tables of many runs. */
@Command(
    name = "experiments",
    header = "Trains the many runs of a table, unattended, and prints it.",
    synopsisSubcommandLabel = "TABLE",
    commandListHeading = "%nTables:%n",
    subcommands = SemiSupervisedExperiments.class,
    footer = {"", "Example:", "  glimpse experiments ssl --labels 100 --seeds 1,2,3"})
final class ExperimentsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a table: experiments ssl");
  }
}
