package dev.glimpse.bench.libtorch;

import dev.glimpse.io.NamedTensor;
import dev.glimpse.io.Npz;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.BatchNorm2dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Conv2dOptions;
import org.bytedeco.pytorch.ConvTranspose2dImpl;
import org.bytedeco.pytorch.ConvTranspose2dOptions;
import org.bytedeco.pytorch.FlattenImpl;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.LeakyReLUImpl;
import org.bytedeco.pytorch.LeakyReLUOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.StringTensorDict;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Writes what LibTorch's own layers make of an input, for the test of imported weights: all weights
 * under the names and in the shapes that its modules give them, the input {@code x} {@code [2, 3,
 * 8, 8]}, and the result {@code out.NAME} of each layer in turn, images as {@code [N, C, H, W]}.
 *
 * <p>With the classes and the class path that {@code ./glimpse bench --peer libtorch} builds, from
 * the repository's root:
 *
 * <pre>{@code
 * T=tests/target/libtorch
 * java -cp $T/test-classes:java/target/classes:$(cat $T/classpath.txt) \
 *   dev.glimpse.bench.libtorch.LayerGolden \
 *   tests/src/test/resources/dev/glimpse/train/libtorch-layers.npz
 * }</pre>
 */
public final class LayerGolden {
  private static final long[] STRIDE = {2, 2};
  private static final long[] PADDING = {1, 1};

  private final List<NamedTensor> tensors = new ArrayList<>();

  private LayerGolden() {}

  /**
   * Writes the file.
   *
   * @param args its path, ending in {@code .npz}
   */
  public static void main(String[] args) {
    if (args.length != 1 || !args[0].endsWith(".npz")) {
      System.err.println("name one file to write, ending in .npz");
      System.exit(2);
    }
    torch.manual_seed(1);
    var golden = new LayerGolden();
    Scopes.withoutGradients(golden::compute);
    Npz.write(Path.of(args[0]), golden.tensors);
  }

  private void compute() {
    var network = new Module("network");
    Conv2dImpl conv = network.register_module("conv", convolution());
    BatchNorm2dImpl norm = network.register_module("norm", norm());
    LinearImpl features = network.register_module("features", new LinearImpl(5 * 4 * 4, 7));
    LinearImpl images = network.register_module("images", new LinearImpl(7, 6 * 4 * 4));
    ConvTranspose2dImpl transposed = network.register_module("transposed", transposed());
    network.eval();
    addAll(network.named_parameters());
    addAll(network.named_buffers());

    Tensor y = add("x", torch.randn(2, 3, 8, 8));
    y = add("out.conv", conv.forward(y));
    y = add("out.norm", norm.forward(y));
    y = add("out.leaky", leakyRelu().forward(y));
    y = add("out.flat", new FlattenImpl().forward(y));
    y = add("out.features", features.forward(y));
    y = add("out.images", images.forward(y).reshape(-1, 6, 4, 4));
    add("out.transposed", transposed.forward(y));
  }

  private static Conv2dImpl convolution() {
    var options = new Conv2dOptions(3, 5, new LongPointer(3, 3));
    options.stride().put(STRIDE);
    options.padding().put(new LongPointer(PADDING));
    return new Conv2dImpl(options);
  }

  private static ConvTranspose2dImpl transposed() {
    var options = new ConvTranspose2dOptions(6, 3, new LongPointer(4, 4));
    options.stride().put(STRIDE);
    options.padding().put(PADDING);
    return new ConvTranspose2dImpl(options);
  }

  /** One that has seen something: a new one would change nothing. */
  private static BatchNorm2dImpl norm() {
    var norm = new BatchNorm2dImpl(new BatchNormOptions(5));
    norm.weight().normal_();
    norm.bias().normal_();
    norm.running_mean().normal_();
    // So small that the epsilon added to it shows.
    norm.running_var().uniform_(0.01, 0.1, new GeneratorOptional());
    return norm;
  }

  private static LeakyReLUImpl leakyRelu() {
    var options = new LeakyReLUOptions();
    options.negative_slope().put(0.2);
    return new LeakyReLUImpl(options);
  }

  /** Adds those of floats: a count of batches is no weight. */
  private void addAll(StringTensorDict named) {
    for (long i = 0; i < named.size(); i++) {
      Tensor value = named.get(i).value();
      if (value.is_floating_point()) {
        add(named.get(i).key().getString(), value);
      }
    }
  }

  private Tensor add(String name, Tensor tensor) {
    float[] values = new float[(int) tensor.numel()];
    tensor.contiguous().data_ptr_float().get(values);
    tensors.add(NamedTensor.float32(name, values, tensor.shape()));
    return tensor;
  }
}
