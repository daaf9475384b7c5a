package dev.glimpse.bench.libtorch;

import dev.glimpse.bench.ConvolutionPass;
import dev.glimpse.bench.ConvolutionPass.Pass;
import java.util.Map;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The passes of convolutions, with the channels last in memory. */
final class Convolutions {
  private static final long[] DILATION = {1, 1};
  private static final long[] OUTPUT_PADDING = {0, 0};

  private Convolutions() {}

  static Operation of(ConvolutionPass work, Map<String, float[]> start) {
    // A gradient looks only at the shape of the operand by which it is taken.
    Tensor x =
        Tensors.images(
            start.getOrDefault(
                "x", new float[work.batch() * work.size() * work.size() * work.in()]),
            work.batch(),
            work.size(),
            work.in());
    Tensor weight =
        weight(
            work,
            start.getOrDefault(
                "weight", new float[work.kernel() * work.kernel() * work.in() * work.out()]));
    if (work.pass() == Pass.FORWARD) {
      return forward(work, start, x, weight);
    }
    Tensor gradient =
        Tensors.images(start.get("gradient"), work.batch(), work.outputSize(), work.out());
    return backward(work, start, x, weight, gradient);
  }

  private static Tensor weight(ConvolutionPass work, float[] values) {
    return work.transposed()
        ? Tensors.transposedWeight(values, work.kernel(), work.in(), work.out())
        : Tensors.weight(values, work.kernel(), work.in(), work.out());
  }

  private static Operation forward(
      ConvolutionPass work, Map<String, float[]> start, Tensor x, Tensor weight) {
    long[] stride = {work.stride(), work.stride()};
    long[] padding = {work.padding(), work.padding()};
    var unbiased = new TensorOptional();
    return new Operation(
        start,
        () -> {
          Tensor y =
              torch.convolution(
                  x,
                  weight,
                  unbiased,
                  stride,
                  padding,
                  DILATION,
                  work.transposed(),
                  OUTPUT_PADDING,
                  1);
          return new Tensor[] {Tensors.ours(y)};
        });
  }

  private static Operation backward(
      ConvolutionPass work, Map<String, float[]> start, Tensor x, Tensor weight, Tensor gradient) {
    long[] stride = {work.stride(), work.stride()};
    long[] padding = {work.padding(), work.padding()};
    boolean byData = work.pass() == Pass.BACKWARD_DATA;
    BoolPointer wanted = Tensors.mask(byData, !byData, false);
    var unbiased = new LongArrayRefOptional();
    return new Operation(
        start,
        () -> {
          T_TensorTensorTensor_T gradients =
              torch.convolution_backward(
                  gradient,
                  x,
                  weight,
                  unbiased,
                  stride,
                  padding,
                  DILATION,
                  work.transposed(),
                  OUTPUT_PADDING,
                  1,
                  wanted);
          return new Tensor[] {
            byData ? Tensors.ours(gradients.get0()) : ours(work, gradients.get1())
          };
        });
  }

  private static Tensor ours(ConvolutionPass work, Tensor weight) {
    return work.transposed() ? weight.permute(2, 3, 0, 1) : weight.permute(2, 3, 1, 0);
  }
}
