package dev.glimpse.bench.libtorch;

import dev.glimpse.io.NamedTensor;
import dev.glimpse.io.Npz;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Writes what LibTorch's LSTM of two layers makes of a sequence {@code x} {@code [5, 3, 7]}: its
 * {@code out} {@code [5, 3, 9]}, and the gradients of {@code sum(out dy)} by input and weights, as
 * {@code d.NAME}. The weights of a layer stand there as {@code nn.LstmCell} exchanges them: those
 * of input and hidden state side by side, and both biases summed.
 *
 * <p>To be run as {@link LayerGolden} is, with the path of {@code libtorch-lstm.npz}.
 */
public final class LstmGolden {
  private static final int STEPS = 5;
  private static final int BATCH = 3;
  private static final int IN = 7;
  private static final int HIDDEN = 9;
  private static final int LAYERS = 2;

  private final List<NamedTensor> tensors = new ArrayList<>();

  private LstmGolden() {}

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
    var golden = new LstmGolden();
    golden.compute();
    Npz.write(Path.of(args[0]), golden.tensors);
  }

  private void compute() {
    Tensor x = torch.randn(STEPS, BATCH, IN).requires_grad_(true);
    Tensor dy = torch.randn(STEPS, BATCH, HIDDEN);
    Tensor zero = torch.zeros(LAYERS, BATCH, HIDDEN);
    Tensor[] weights = new Tensor[4 * LAYERS];
    for (int layer = 0; layer < LAYERS; layer++) {
      weights[4 * layer] = weight(4 * HIDDEN, layer == 0 ? IN : HIDDEN);
      weights[4 * layer + 1] = weight(4 * HIDDEN, HIDDEN);
      weights[4 * layer + 2] = weight(4 * HIDDEN);
      weights[4 * layer + 3] = weight(4 * HIDDEN);
    }
    var state = new TensorVector(zero, zero);
    Tensor y =
        torch.lstm(x, state, new TensorVector(weights), true, LAYERS, 0, true, false, false).get0();
    Tensor[] wanted = new Tensor[weights.length + 1];
    System.arraycopy(weights, 0, wanted, 0, weights.length);
    wanted[weights.length] = x;
    TensorVector by =
        Losses.gradients(
            new TensorVector(y), new TensorVector(wanted), new TensorVector(dy), false);
    add("x", x);
    add("dy", dy);
    add("out", y);
    add("d.x", by.get(weights.length));
    for (int layer = 0; layer < LAYERS; layer++) {
      int first = 4 * layer;
      String name = "lstm." + layer;
      add(name + ".weight", joined(weights[first], weights[first + 1]));
      add(name + ".bias", weights[first + 2].add(weights[first + 3]));
      add("d." + name + ".weight", joined(by.get(first), by.get(first + 1)));
      add("d." + name + ".bias", by.get(first + 2));
    }
  }

  private static Tensor weight(long... shape) {
    return torch.randn(shape).mul(new Scalar(0.4f)).detach().requires_grad_(true);
  }

  private static Tensor joined(Tensor ofInput, Tensor ofHidden) {
    return torch.cat(new TensorVector(ofInput, ofHidden), 1);
  }

  private void add(String name, Tensor tensor) {
    float[] values = new float[(int) tensor.numel()];
    tensor.detach().contiguous().data_ptr_float().get(values);
    tensors.add(NamedTensor.float32(name, values, tensor.shape()));
  }
}
