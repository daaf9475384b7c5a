package dev.glimpse.cli;

import dev.glimpse.train.PyTorchWeights;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a trained model's weights for other programs. */
@Command(
    name = "weights",
    header = "Writes a trained model's weights for PyTorch and NumPy.",
    description = {
      "",
      "Parameters and running statistics, as float32, in PyTorch's order of axes and with the names"
          + " that its modules would have. 'train --weights' starts from such a file.",
      ""
    },
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  glimpse weights runs/vae-... --out vae.safetensors",
      "      # in Python: safetensors.torch.load_file(\"vae.safetensors\")",
      "  glimpse weights runs/vae-... --out vae.npz",
      "  glimpse train vae --weights vae.npz"
    })
final class WeightsCommand implements Callable<Integer> {
  @Mixin private StoredRun run;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where to; the ending says in which format: .safetensors or .npz.")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (LoadedRun trained = run.open()) {
      PyTorchWeights.write(out, trained.store());
      spec.commandLine()
          .getOut()
          .printf("%s: %d tensors%n", out, trained.store().parameters().size());
    }
    return 0;
  }
}
