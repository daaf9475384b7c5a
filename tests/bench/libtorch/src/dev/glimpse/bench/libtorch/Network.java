package dev.glimpse.bench.libtorch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Makes the layers of a network from our parameters, and keeps these. Images are {@code [N, C, H,
 * W]} with the channels last in memory, the faster of LibTorch's layouts for all that is here:
 * ours.
 */
final class Network {
  private static final double MOMENTUM = 0.1;
  private static final double EPSILON = 1e-5;
  private static final int KERNEL = 4;
  private static final long[] ONE = {1, 1};
  private static final long[] STRIDE = {2, 2};
  private static final long[] PADDING = {1, 1};
  private static final long[] NONE = {0, 0};
  private static final long[] DILATION = {1, 1};

  private final Map<String, float[]> start;
  private final String name;
  private final boolean training;
  private final List<Tensor> parameters = new ArrayList<>();

  /**
   * @param start the parameters of all networks
   * @param name the prefix of this one's
   * @param training whether batch norms take the moments of the batch, or given ones
   */
  Network(Map<String, float[]> start, String name, boolean training) {
    this.start = start;
    this.name = name;
    this.training = training;
  }

  /** Over the parameters of all layers made so far, and those of other networks. */
  FusedAdam adam(double learningRate, double beta1, Network... others) {
    var all = new ArrayList<>(parameters);
    for (Network other : others) {
      all.addAll(other.parameters);
    }
    return new FusedAdam(all.toArray(Tensor[]::new), learningRate, beta1);
  }

  /** A convolution 4x4 with stride 2 and padding 1, which halves height and width. */
  UnaryOperator<Tensor> convolution(String layer, int in, int out, boolean biased) {
    Tensor weight = parameter(Tensors.weight(values(layer, "weight"), KERNEL, in, out));
    TensorOptional bias = biased ? bias(layer, out) : new TensorOptional();
    return x -> torch.convolution(x, weight, bias, STRIDE, PADDING, DILATION, false, NONE, 1);
  }

  /** A convolution of stride 1 with a bias, padded so that images keep their size. */
  UnaryOperator<Tensor> same(String layer, int kernel, int in, int out) {
    Tensor weight = parameter(Tensors.weight(values(layer, "weight"), kernel, in, out));
    TensorOptional bias = bias(layer, out);
    long[] padding = {kernel / 2, kernel / 2};
    return x -> torch.convolution(x, weight, bias, ONE, padding, DILATION, false, NONE, 1);
  }

  /** A transposed convolution 4x4 with stride 2 and padding 1, which doubles height and width. */
  UnaryOperator<Tensor> transposed(String layer, int in, int out, boolean biased) {
    Tensor weight = parameter(Tensors.transposedWeight(values(layer, "weight"), KERNEL, in, out));
    TensorOptional bias = biased ? bias(layer, out) : new TensorOptional();
    return x -> torch.convolution(x, weight, bias, STRIDE, PADDING, DILATION, true, NONE, 1);
  }

  UnaryOperator<Tensor> norm(String layer, int channels) {
    var scale = new TensorOptional(vector(layer, "weight", channels));
    var shift = new TensorOptional(vector(layer, "bias", channels));
    Tensor mean = training ? torch.zeros(channels) : moment(layer, "running_mean", channels);
    Tensor variance = training ? torch.ones(channels) : moment(layer, "running_var", channels);
    var runningMean = new TensorOptional(mean);
    var runningVariance = new TensorOptional(variance);
    return x ->
        torch.batch_norm(
            x, scale, shift, runningMean, runningVariance, training, MOMENTUM, EPSILON, false);
  }

  UnaryOperator<Tensor> linear(String layer, int in, int out, boolean biased) {
    Tensor weight = matrix(layer, "weight", in, out);
    if (!biased) {
      return x -> torch.mm(x, weight);
    }
    Tensor bias = vector(layer, "bias", out);
    return x -> torch.addmm(bias, x, weight);
  }

  /** A parameter of {@code [rows, columns]}, such as a row for each label. */
  Tensor matrix(String layer, String part, int rows, int columns) {
    return parameter(Tensors.of(values(layer, part), rows, columns));
  }

  /** The largest of each 2x2 pixels, which halves height and width. */
  static Tensor pool(Tensor images) {
    return torch.max_pool2d(images, STRIDE, STRIDE, NONE, DILATION, false);
  }

  @SafeVarargs
  static UnaryOperator<Tensor> chain(UnaryOperator<Tensor>... layers) {
    return x -> {
      Tensor result = x;
      for (UnaryOperator<Tensor> layer : layers) {
        result = layer.apply(result);
      }
      return result;
    };
  }

  static UnaryOperator<Tensor> leakyRelu(float slope) {
    var negative = new Scalar(slope);
    return x -> torch.leaky_relu_(x, negative);
  }

  /** From images to rows of {@code H W C} features: as they lie in memory. */
  static UnaryOperator<Tensor> rows(int features) {
    return images -> Tensors.ours(images).reshape(-1, features);
  }

  /** From rows of {@code size x size x channels} features to images: as they lie in memory. */
  static UnaryOperator<Tensor> images(int size, int channels) {
    return rows -> rows.view(-1, size, size, channels).permute(0, 3, 1, 2);
  }

  private TensorOptional bias(String layer, int count) {
    return new TensorOptional(vector(layer, "bias", count));
  }

  private Tensor vector(String layer, String part, int count) {
    return parameter(Tensors.of(values(layer, part), count));
  }

  private Tensor moment(String layer, String part, int count) {
    return Tensors.of(values(layer, part), count);
  }

  private float[] values(String layer, String part) {
    return start.get(name + "." + layer + "." + part);
  }

  private Tensor parameter(Tensor values) {
    values.requires_grad_(training);
    parameters.add(values);
    return values;
  }
}
