package dev.glimpse.bench;

import dev.glimpse.bench.ConvolutionPass.Pass;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** All that can be timed. */
final class Workloads {
  /** A training step each. */
  static final List<Workload> STEPS =
      List.of(
          new VaeMlp(),
          new VaeGan(),
          new Ssl(),
          new Draw(),
          new Dcgan(),
          new FlowMatchingStep(),
          new Generation(1),
          new Generation(64));

  /** A kernel each, or a few. */
  static final List<Workload> KERNELS =
      List.of(
          new Sgemm(1024, 1024, 1024),
          new Sgemm(100, 784, 400),
          new Sgemm(784, 100, 400, true, false),
          new Sgemm(100, 400, 784, false, true),
          new Sgemm(100, 400, 400),
          new ConvolutionPass(Pass.FORWARD, false, 64, 64, 128, 32, 4, 2, 1),
          new ConvolutionPass(Pass.BACKWARD_DATA, false, 64, 64, 128, 32, 4, 2, 1),
          new ConvolutionPass(Pass.BACKWARD_WEIGHTS, false, 64, 64, 128, 32, 4, 2, 1),
          new ConvolutionPass(Pass.FORWARD, false, 64, 64, 64, 16, 3, 1, 1),
          new ConvolutionPass(Pass.BACKWARD_DATA, false, 64, 64, 64, 16, 3, 1, 1),
          new ConvolutionPass(Pass.BACKWARD_WEIGHTS, false, 64, 64, 64, 16, 3, 1, 1),
          new ConvolutionPass(Pass.FORWARD, true, 64, 128, 64, 16, 4, 2, 1),
          new ConvolutionPass(Pass.BACKWARD_DATA, true, 64, 128, 64, 16, 4, 2, 1),
          new ConvolutionPass(Pass.BACKWARD_WEIGHTS, true, 64, 128, 64, 16, 4, 2, 1),
          new LstmPass(false, 28, 100, 28, 256),
          new LstmPass(true, 28, 100, 28, 256),
          new BatchNormPasses(64, 32, 64),
          new AdamUpdate(10_000_000),
          new Tanh(10_000, 1000),
          new Gate(10_000, 1000),
          new RowSum(10_000, 1000),
          new ColumnSum(10_000, 1000),
          new CrossEntropy(100_000, 10),
          new NormalNoise(10_000, 1000));

  private Workloads() {}

  /**
   * @param choice {@code all}, {@code kernels}, or the first letters of a name
   * @return empty where nothing has such a name
   */
  static List<Workload> named(String choice) {
    String wanted = choice.toLowerCase(Locale.ROOT);
    return switch (wanted) {
      case "all" -> all().toList();
      case "kernels" -> KERNELS;
      default -> all().filter(w -> w.name().toLowerCase(Locale.ROOT).startsWith(wanted)).toList();
    };
  }

  static Stream<Workload> all() {
    return Stream.concat(STEPS.stream(), KERNELS.stream());
  }
}
