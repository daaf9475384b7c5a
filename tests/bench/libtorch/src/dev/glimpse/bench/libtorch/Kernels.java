package dev.glimpse.bench.libtorch;

import dev.glimpse.bench.AdamUpdate;
import dev.glimpse.bench.BatchNormPasses;
import dev.glimpse.bench.ColumnSum;
import dev.glimpse.bench.CrossEntropy;
import dev.glimpse.bench.Gate;
import dev.glimpse.bench.LstmPass;
import dev.glimpse.bench.NormalNoise;
import dev.glimpse.bench.RowSum;
import dev.glimpse.bench.Sgemm;
import dev.glimpse.bench.Tanh;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Single operations, into memory that is there already where LibTorch has such a variant. */
final class Kernels {
  private static final double MOMENTUM = 0.1;
  private static final double EPSILON = 1e-5;

  private Kernels() {}

  static Operation sgemm(Sgemm sgemm, Map<String, float[]> start) {
    int m = sgemm.m();
    int k = sgemm.k();
    int n = sgemm.n();
    float[] aValues = start.get("a");
    float[] bValues = start.get("b");
    Tensor a = sgemm.transposeA() ? Tensors.of(aValues, k, m).t() : Tensors.of(aValues, m, k);
    Tensor b = sgemm.transposeB() ? Tensors.of(bValues, n, k).t() : Tensors.of(bValues, k, n);
    Tensor product = torch.empty(m, n);
    return new Operation(start, () -> results(torch.mm_out(product, a, b)));
  }

  static Operation tanh(Tanh tanh, Map<String, float[]> start) {
    Tensor x = Tensors.of(start.get("x"), tanh.rows(), tanh.columns());
    Tensor y = torch.empty(tanh.rows(), tanh.columns());
    return new Operation(start, () -> results(torch.tanh_out(y, x)));
  }

  static Operation gate(Gate gate, Map<String, float[]> start) {
    Tensor a = Tensors.of(start.get("a"), gate.rows(), gate.columns());
    Tensor b = Tensors.of(start.get("b"), gate.rows(), gate.columns());
    Tensor c = Tensors.of(start.get("c"), gate.rows(), gate.columns());
    Tensor sigmoid = torch.empty(gate.rows(), gate.columns());
    Tensor tanh = torch.empty(gate.rows(), gate.columns());
    return new Operation(
        start,
        () -> {
          torch.sigmoid_out(sigmoid, a);
          torch.tanh_out(tanh, b);
          return results(torch.addcmul_out(sigmoid, c, sigmoid, tanh));
        });
  }

  static Operation rowSum(RowSum sum, Map<String, float[]> start) {
    Tensor x = Tensors.of(start.get("x"), sum.rows(), sum.columns());
    Tensor y = torch.empty(sum.rows());
    return new Operation(start, () -> results(torch.sum_out(y, x, 1)));
  }

  static Operation columnSum(ColumnSum sum, Map<String, float[]> start) {
    Tensor x = Tensors.of(start.get("x"), sum.rows(), sum.columns());
    Tensor y = torch.empty(sum.columns());
    return new Operation(start, () -> results(torch.sum_out(y, x, 0)));
  }

  /** With class numbers in the place of one-hot labels, which is its faster way. */
  static Operation crossEntropy(CrossEntropy work, Map<String, float[]> start) {
    Tensor labels = Tensors.of(start.get("labels"), work.rows(), work.classes());
    Tensor classes = torch.argmax(labels, new LongOptional(1), false);
    Tensor logits =
        Tensors.of(start.get("logits"), work.rows(), work.classes()).requires_grad_(true);
    var wanted = new TensorVector(logits);
    return new Operation(
        start,
        () -> {
          Tensor loss = torch.cross_entropy_loss(logits, classes);
          return results(loss, torch.grad(new TensorVector(loss), wanted).get(0));
        });
  }

  static Operation batchNorm(BatchNormPasses work, Map<String, float[]> start) {
    int channels = work.channels();
    Tensor x = Tensors.images(start.get("x"), work.batch(), work.size(), channels);
    Tensor gradient = Tensors.images(start.get("gradient"), work.batch(), work.size(), channels);
    var scale = new TensorOptional(Tensors.of(start.get("scale"), channels));
    var shift = new TensorOptional(Tensors.of(start.get("shift"), channels));
    var none = new TensorOptional();
    BoolPointer all = Tensors.mask(true, true, true);
    return new Operation(
        start,
        () -> {
          T_TensorTensorTensor_T forward =
              torch.native_batch_norm(x, scale, shift, none, none, true, MOMENTUM, EPSILON);
          T_TensorTensorTensor_T backward =
              torch.native_batch_norm_backward(
                  gradient,
                  x,
                  scale,
                  none,
                  none,
                  new TensorOptional(forward.get1()),
                  new TensorOptional(forward.get2()),
                  true,
                  EPSILON,
                  all);
          return results(
              Tensors.ours(forward.get0()),
              Tensors.ours(backward.get0()),
              backward.get1(),
              backward.get2());
        });
  }

  /** By its own function over the whole sequence. */
  static Operation lstm(LstmPass pass, Map<String, float[]> start) {
    boolean backward = pass.backward();
    int hidden = pass.hidden();
    Tensor x = Tensors.of(start.get("x"), pass.steps(), pass.batch(), pass.in());
    Tensor ofInput = transposed(start.get("ofInput"), pass.in(), 4 * hidden);
    Tensor ofHidden = transposed(start.get("ofHidden"), hidden, 4 * hidden);
    Tensor bias = Tensors.of(start.get("bias"), 4 * hidden);
    for (Tensor tensor : new Tensor[] {x, ofInput, ofHidden, bias}) {
      tensor.requires_grad_(backward);
    }
    var weights = new TensorVector(ofInput, ofHidden, bias, torch.zeros(4 * hidden));
    Tensor zero = torch.zeros(1, pass.batch(), hidden);
    var state = new TensorVector(zero, zero);
    Supplier<Tensor> forward =
        () -> torch.lstm(x, state, weights, true, 1, 0, backward, false, false).get0();
    if (!backward) {
      return new Operation(start, () -> Scopes.inference(() -> results(forward.get())));
    }
    var dy = new TensorVector(Tensors.of(start.get("dy"), pass.steps(), pass.batch(), hidden));
    var wanted = new TensorVector(x, ofInput, ofHidden, bias);
    return new Operation(
        start,
        () -> {
          Tensor y = forward.get();
          TensorVector by = Losses.gradients(new TensorVector(y), wanted, dy, false);
          return results(y.detach(), by.get(0), by.get(1).t(), by.get(2).t(), by.get(3));
        });
  }

  private static Tensor transposed(float[] values, int rows, int columns) {
    return Tensors.of(values, rows, columns).t().contiguous();
  }

  static Operation normalNoise(NormalNoise noise, Map<String, float[]> start) {
    Tensor y = torch.empty(noise.rows(), noise.columns());
    return new Operation(
        start,
        () -> {
          y.normal_();
          return results();
        });
  }

  static Operation adam(AdamUpdate update, Map<String, float[]> start) {
    Tensor parameter = Tensors.of(start.get("p"), update.count());
    var gradients = new TensorVector(Tensors.of(start.get("g"), update.count()));
    var adam = new FusedAdam(new Tensor[] {parameter}, AdamUpdate.LEARNING_RATE);
    return new Operation(
        start,
        () -> {
          adam.step(gradients);
          return results(parameter);
        });
  }

  private static Tensor[] results(Tensor... tensors) {
    return tensors;
  }
}
