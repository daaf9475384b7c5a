package dev.glimpse.bench;

import dev.glimpse.cli.ComputeOptions;
import dev.glimpse.device.Device;
import dev.glimpse.device.DeviceException;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Times workloads. The exit code is 0, or 1 for a failure, or 2 for arguments not understood. */
@Command(
    name = "glimpse bench",
    description = {
      "Times training steps and single kernels, alone or beside a peer.",
      "",
      "A time is that of one run until the device is done: the median of many, and the best."
          + " With --peer both take turns in one process, a block of runs each, after a check that"
          + " they compute the same from the same numbers; the ratio is our median divided by"
          + " theirs, so below 1 we are faster. A rate counts the work that must be done: the"
          + " arithmetic of matrix products, or each operand moved once. Other programs on the"
          + " machine disturb both: close them.",
      ""
    },
    footer = {
      "",
      "For a training step also:",
      "  first_step_s   from the start of the JVM to the end of the first step",
      "  host_ms        the host's time to enqueue a step, over an empty queue",
      "  heap_bytes     Java heap allocated by a step",
      "  launches       kernels in a step",
      "  arena_bytes    device memory of intermediate tensors",
      "",
      "Examples:",
      "  glimpse bench W1                     a training step of a variational auto-encoder",
      "  glimpse bench W1 --peer libtorch     beside LibTorch (fetches its 90 MB once)",
      "  glimpse bench kernels --json         one JSON object per line",
      "  glimpse bench sgemm adam             the kernels whose names begin so"
    })
public final class Main implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "WORKLOAD",
      description = "W1, kernels, all, or the first letters of names.")
  private List<String> choices;

  @Option(
      names = "--peer",
      paramLabel = "PEER",
      description = "Runs this engine beside ours: libtorch, on the CPU.")
  private String peerName;

  @Mixin private ComputeOptions compute;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Runs to time of each workload (default: two seconds of them, 30 to 1000).")
  private Integer steps;

  @Option(names = "--json", description = "Prints a JSON object per line instead of a table.")
  private boolean json;

  @Option(names = "--stacktrace", description = "After an error, show where it came from.")
  private boolean stacktrace;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Explain this command.")
  private boolean help;

  private Main() {}

  /** Runs the benchmarks and ends the JVM with their exit code. */
  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT);
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    var main = new Main();
    var line = new CommandLine(main);
    line.setUsageHelpWidth(100);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler((e, command, parsed) -> main.failed(e));
    line.setParameterExceptionHandler(
        (e, parsed) -> {
          line.getErr().println("glimpse: " + e.getMessage());
          line.getErr().println("'glimpse bench --help' explains it");
          return line.getCommandSpec().exitCodeOnInvalidInput();
        });
    return line;
  }

  private int failed(Exception failure) {
    PrintWriter err = spec.commandLine().getErr();
    if (stacktrace) {
      failure.printStackTrace(err);
    }
    boolean explained = failure instanceof PeerException || failure instanceof DeviceException;
    String message =
        explained
            ? failure.getMessage().split("\\R", 2)[0]
            : "unexpected " + failure + "; --stacktrace shows where it came from";
    err.println("glimpse: " + message);
    return spec.exitCodeOnExecutionException();
  }

  @Override
  public Integer call() {
    List<Workload> workloads = workloads();
    if (steps != null && steps < 1) {
      throw new ParameterException(spec.commandLine(), "--steps takes 1 or more");
    }
    if (peerName != null && !Peers.isBuilt(peerName)) {
      throw new ParameterException(
          spec.commandLine(),
          "this build has no peer '%s'; ./glimpse bench --peer libtorch builds the only one"
              .formatted(peerName));
    }
    try (Device device = compute.open()) {
      var bench = new Bench(device, peerName, steps == null ? 0 : steps);
      PrintWriter out = spec.commandLine().getOut();
      var table = new Table(out);
      int status = 0;
      for (Workload workload : workloads) {
        try {
          Row row = bench.measure(workload);
          if (json) {
            out.println(row.json());
            out.flush();
          } else {
            table.print(row);
          }
        } catch (RuntimeException e) { // Of one; the others may do.
          spec.commandLine().getErr().println(workload.name() + " failed:");
          status = failed(e);
        }
      }
      return status;
    }
  }

  private List<Workload> workloads() {
    var chosen = new LinkedHashSet<Workload>();
    for (String choice : choices) {
      List<Workload> named = Workloads.named(choice);
      if (named.isEmpty()) {
        throw new ParameterException(
            spec.commandLine(),
            "nothing is named '%s': there are all, kernels, %s"
                .formatted(
                    choice, Workloads.all().map(Workload::name).collect(Collectors.joining(", "))));
      }
      chosen.addAll(named);
    }
    return List.copyOf(chosen);
  }
}
