package dev.glimpse.bench.libtorch;

import dev.glimpse.bench.AdamUpdate;
import dev.glimpse.bench.BatchNormPasses;
import dev.glimpse.bench.ColumnSum;
import dev.glimpse.bench.Contender;
import dev.glimpse.bench.ConvolutionPass;
import dev.glimpse.bench.CrossEntropy;
import dev.glimpse.bench.Dcgan;
import dev.glimpse.bench.Draw;
import dev.glimpse.bench.Gate;
import dev.glimpse.bench.Generation;
import dev.glimpse.bench.LstmPass;
import dev.glimpse.bench.NormalNoise;
import dev.glimpse.bench.Peer;
import dev.glimpse.bench.RowSum;
import dev.glimpse.bench.Sgemm;
import dev.glimpse.bench.Ssl;
import dev.glimpse.bench.Tanh;
import dev.glimpse.bench.VaeGan;
import dev.glimpse.bench.VaeMlp;
import dev.glimpse.bench.Workload;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/** LibTorch on the CPU. */
public final class Engine implements Peer {
  private static final Pattern VERSION = Pattern.compile("TORCH_VERSION=([0-9.]+)");

  private final int threads = Runtime.getRuntime().availableProcessors();

  /** Loads LibTorch. */
  public Engine() {
    // The presets' guard against leaks would call the garbage collector between two steps.
    System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
    System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    torch.set_num_threads(threads);
    openblas_nolapack.blas_set_num_threads(threads);
    torch.manual_seed(1);
  }

  @Override
  public String description() {
    Matcher version = VERSION.matcher(torch.show_config().getString());
    boolean sharesThreads = String.valueOf(System.getenv("LD_PRELOAD")).contains("openblas");
    return "LibTorch %s on the CPU, %d threads%s"
        .formatted(
            version.find() ? version.group(1) : "",
            threads,
            sharesThreads ? "" : " (slowed down: ./glimpse bench lends it an OpenMP OpenBLAS)");
  }

  @Override
  public Optional<Contender> counterpart(Workload workload, Map<String, float[]> start) {
    Contender counterpart = null;
    if (workload instanceof VaeMlp) {
      counterpart = new TorchVaeMlp(start);
    } else if (workload instanceof VaeGan) {
      counterpart = new TorchVaeGan(start);
    } else if (workload instanceof Dcgan) {
      counterpart = new TorchDcgan(start);
    } else if (workload instanceof Draw) {
      counterpart = new TorchDraw(start);
    } else if (workload instanceof Ssl) {
      counterpart = new TorchSsl(start);
    } else if (workload instanceof Generation generation) {
      counterpart = TorchGenerator.generation(generation, start);
    } else if (workload instanceof ConvolutionPass pass) {
      counterpart = Convolutions.of(pass, start);
    } else if (workload instanceof BatchNormPasses passes) {
      counterpart = Kernels.batchNorm(passes, start);
    } else if (workload instanceof Sgemm sgemm) {
      counterpart = Kernels.sgemm(sgemm, start);
    } else if (workload instanceof LstmPass pass) {
      counterpart = Kernels.lstm(pass, start);
    } else if (workload instanceof AdamUpdate update) {
      counterpart = Kernels.adam(update, start);
    } else if (workload instanceof Tanh tanh) {
      counterpart = Kernels.tanh(tanh, start);
    } else if (workload instanceof Gate gate) {
      counterpart = Kernels.gate(gate, start);
    } else if (workload instanceof RowSum sum) {
      counterpart = Kernels.rowSum(sum, start);
    } else if (workload instanceof ColumnSum sum) {
      counterpart = Kernels.columnSum(sum, start);
    } else if (workload instanceof CrossEntropy crossEntropy) {
      counterpart = Kernels.crossEntropy(crossEntropy, start);
    } else if (workload instanceof NormalNoise noise) {
      counterpart = Kernels.normalNoise(noise, start);
    }
    return Optional.ofNullable(counterpart);
  }
}
