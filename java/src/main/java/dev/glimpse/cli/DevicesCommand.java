package dev.glimpse.cli;

import dev.glimpse.device.DeviceInfo;
import dev.glimpse.device.Devices;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists the devices. */
@Command(
    name = "devices",
    header = "Lists the devices to compute on, best first.",
    description = {
      "",
      "--device takes an id, a part of a name, cpu, gpu, or best, which is the default.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  glimpse devices",
      "  glimpse train vae --device opencl:0.0",
      "  glimpse train vae --device radeon"
    })
final class DevicesCommand implements Callable<Integer> {
  private static final String ROW = "%s %-12s %-44s %-16s %5s  %9s  %-28s %s%n";

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<DeviceInfo> devices = Devices.list();
    if (devices.isEmpty()) {
      Devices.choose("best"); // throws, saying what to install
    }
    PrintWriter out = spec.commandLine().getOut();
    Optional<DeviceInfo> best = devices.stream().filter(d -> !d.emulated()).findFirst();
    out.printf(ROW, " ", "id", "name", "kind", "units", "memory", "platform", "driver");
    for (DeviceInfo device : devices) {
      out.printf(
          ROW,
          best.filter(device::equals).isPresent() ? "*" : " ",
          device.id(),
          device.name(),
          kind(device),
          device.computeUnits(),
          "%.1f GiB".formatted(device.memory() / (double) (1L << 30)),
          device.platform(),
          device.driver());
    }
    out.println(
        best.isPresent()
            ? "* is the one that --device best takes."
            : "Emulated devices are slow; --device best takes none of them, name one to use it.");
    return 0;
  }

  private static String kind(DeviceInfo device) {
    String kind =
        switch (device.kind()) {
          case CPU -> "CPU";
          case AMD -> "AMD GPU";
          case NVIDIA -> "NVIDIA GPU";
          case INTEL -> "Intel GPU";
          case OTHER_GPU -> "GPU";
        };
    return device.emulated() ? "emulated " + kind : kind;
  }
}
