package dev.glimpse.bench.libtorch;

import dev.glimpse.bench.VaeMlp;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** {@link VaeMlp} with autograd and fused Adam. */
final class TorchVaeMlp extends NoisyStep {
  private static final int SUM = 2;
  private final Tensor x;
  private final Scalar half = new Scalar(0.5f);
  private final Scalar perExample = new Scalar(1f / VaeMlp.BATCH);
  private final Scalar constant = new Scalar(0.5f * VaeMlp.BATCH * VaeMlp.LATENT);
  private final TensorOptional unweighted = new TensorOptional();
  private final Tensor[] parameters;
  private final TensorVector wanted;
  private final FusedAdam adam;

  TorchVaeMlp(Map<String, float[]> start) {
    super(start, Tensors.of(start.get("noise"), VaeMlp.BATCH, VaeMlp.LATENT), VaeMlp.COMPARED);
    x = Tensors.of(start.get("x"), VaeMlp.BATCH, VaeMlp.PIXELS);
    parameters = new Tensor[12];
    layer(0, "encoder.0", VaeMlp.PIXELS, VaeMlp.HIDDEN);
    layer(1, "encoder.1", VaeMlp.HIDDEN, VaeMlp.HIDDEN);
    layer(2, "posterior", VaeMlp.HIDDEN, 2 * VaeMlp.LATENT);
    layer(3, "decoder.0", VaeMlp.LATENT, VaeMlp.HIDDEN);
    layer(4, "decoder.1", VaeMlp.HIDDEN, VaeMlp.HIDDEN);
    layer(5, "pixels", VaeMlp.HIDDEN, VaeMlp.PIXELS);
    wanted = new TensorVector(parameters);
    adam = new FusedAdam(parameters, VaeMlp.LEARNING_RATE);
  }

  private void layer(int index, String name, int in, int out) {
    parameters[2 * index] = Tensors.of(start().get(name + ".weight"), in, out).requires_grad_(true);
    parameters[2 * index + 1] = Tensors.of(start().get(name + ".bias"), out).requires_grad_(true);
  }

  private Tensor linear(int index, Tensor input) {
    return torch.addmm(parameters[2 * index + 1], input, parameters[2 * index]);
  }

  @Override
  Tensor loss(Tensor eps) {
    Tensor hidden = torch.relu_(linear(1, torch.relu_(linear(0, x))));
    TensorVector head = torch.chunk(linear(2, hidden), 2, 1);
    Tensor mean = head.get(0);
    Tensor logVariance = head.get(1);
    Tensor deviation = torch.exp(torch.mul(logVariance, half));
    Tensor z = torch.addcmul(mean, deviation, eps);
    Tensor logits = linear(5, torch.relu_(linear(4, torch.relu_(linear(3, z)))));
    Tensor reconstruction =
        torch.binary_cross_entropy_with_logits(logits, x, unweighted, unweighted, SUM);
    Tensor terms = mean.square().add(deviation.square()).sub(logVariance);
    Tensor kl = terms.sum().mul(half).sub(constant);
    return reconstruction.add(kl).mul(perExample);
  }

  @Override
  void descend(Tensor loss) {
    adam.step(torch.grad(new TensorVector(loss), wanted));
  }
}
