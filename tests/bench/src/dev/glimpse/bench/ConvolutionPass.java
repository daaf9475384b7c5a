package dev.glimpse.bench;

import dev.glimpse.device.Device;
import dev.glimpse.ops.Convolution;
import dev.glimpse.ops.ConvolutionWeights;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Window;
import dev.glimpse.ops.Window.Extent;
import java.util.Map;

/**
 * One pass of a convolution or a transposed one, without bias, over square images: {@code x [N, H,
 * W, in]}, {@code weight [k, k, in, out]}, and for the gradients {@code gradient} of the result's
 * shape.
 *
 * @param in channels of the input, of a transposed convolution too
 */
public record ConvolutionPass(
    Pass pass,
    boolean transposed,
    int batch,
    int in,
    int out,
    int size,
    int kernel,
    int stride,
    int padding)
    implements Workload {

  /** What is computed of the operands. */
  public enum Pass {
    FORWARD("forward"),
    BACKWARD_DATA("by data"),
    BACKWARD_WEIGHTS("by weights");

    private final String label;

    Pass(String label) {
      this.label = label;
    }
  }

  /** Height and width of the result. */
  public int outputSize() {
    return transposed
        ? (size - 1) * stride - 2 * padding + kernel
        : (size + 2 * padding - kernel) / stride + 1;
  }

  @Override
  public String name() {
    return "%s %d->%d %dx%d k%d s%d %s"
        .formatted(transposed ? "convT" : "conv", in, out, size, size, kernel, stride, pass.label);
  }

  /** Those with the zeros around the images too, as usual. */
  @Override
  public long flops() {
    long positions = transposed ? size : outputSize();
    return Flops.product(batch * positions * positions, (long) kernel * kernel * in, out);
  }

  Map<String, float[]> inputs() {
    float[] x = Data.normal("x", batch * size * size * in);
    float[] weight = Data.normal("weight", kernel * kernel * in * out);
    float[] gradient = Data.normal("gradient", batch * outputSize() * outputSize() * out);
    return switch (pass) {
      case FORWARD -> Map.of("x", x, "weight", weight);
      case BACKWARD_DATA -> Map.of("weight", weight, "gradient", gradient);
      case BACKWARD_WEIGHTS -> Map.of("x", x, "gradient", gradient);
    };
  }

  @Override
  public Contender ours(Device device) {
    int result = outputSize();
    var window = Window.square(kernel, stride, padding);
    var inside = new Extent(size, size);
    var outside = new Extent(result, result);
    Tensor x = Tensor.of(new Input("x", Shape.of(batch, size, size, in)));
    Tensor weight = Tensor.of(new Input("weight", Shape.of(kernel, kernel, in, out)));
    Tensor gradient = Tensor.of(new Input("gradient", Shape.of(batch, result, result, out)));
    Tensor computed =
        switch (pass) {
          case FORWARD -> Tensor.of(new Convolution(window, outside, transposed, false), x, weight);
          case BACKWARD_DATA ->
              Tensor.of(new Convolution(window, inside, !transposed, true), gradient, weight);
          case BACKWARD_WEIGHTS ->
              transposed
                  ? Tensor.of(new ConvolutionWeights(window, true), gradient, x)
                  : Tensor.of(new ConvolutionWeights(window, false), x, gradient);
        };
    return new KernelRun(device, inputs(), computed);
  }
}
