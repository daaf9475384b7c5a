package dev.glimpse.bench.libtorch;

import static dev.glimpse.bench.Draw.BATCH;
import static dev.glimpse.bench.Draw.GLIMPSES;
import static dev.glimpse.bench.Draw.HIDDEN;
import static dev.glimpse.bench.Draw.LATENT;
import static dev.glimpse.bench.Draw.READ;
import static dev.glimpse.bench.Draw.SEEN;
import static dev.glimpse.bench.Draw.SIZE;
import static dev.glimpse.bench.Draw.WINDOW;
import static dev.glimpse.bench.Draw.WRITE;

import dev.glimpse.bench.Draw;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * {@link Draw} with autograd and fused Adam. All gates of a step are one product, both filterbanks
 * one softmax, image and error image are read by the same products, and the divergences of all
 * steps are one expression.
 */
final class TorchDraw extends NoisyStep {
  private static final int SUM = 2;
  private final Tensor x;
  private final Tensor positions = Tensors.of(positions(), SIZE);
  private final Tensor readPlaces = Tensors.of(places(READ), READ);
  private final Tensor writePlaces = Tensors.of(places(WRITE), WRITE);
  private final Tensor[] parameters;
  private final TensorVector wanted;
  private final FusedAdam adam;
  private final TensorOptional unweighted = new TensorOptional();
  private final Scalar one = new Scalar(1f);
  private final Scalar half = new Scalar(0.5f);

  TorchDraw(Map<String, float[]> start) {
    super(start, Tensors.of(start.get("noise"), GLIMPSES, BATCH, LATENT), Draw.COMPARED);
    x = Tensors.of(start.get("x"), BATCH, SIZE, SIZE);
    parameters = new Tensor[10];
    layer(0, "read.window", HIDDEN, WINDOW);
    layer(1, "encoder", SEEN + 2 * HIDDEN, 4 * HIDDEN);
    layer(2, "posterior", HIDDEN, 2 * LATENT);
    layer(3, "decoder", LATENT + HIDDEN, 4 * HIDDEN);
    layer(4, "write.patch", HIDDEN, WRITE * WRITE + WINDOW);
    wanted = new TensorVector(parameters);
    adam = new FusedAdam(parameters, Draw.LEARNING_RATE);
  }

  private void layer(int index, String name, int in, int out) {
    parameters[2 * index] = Tensors.of(start().get(name + ".weight"), in, out).requires_grad_(true);
    parameters[2 * index + 1] = Tensors.of(start().get(name + ".bias"), out).requires_grad_(true);
  }

  /** Pixels are counted from 1. */
  private static float[] positions() {
    float[] positions = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      positions[i] = i + 1;
    }
    return positions;
  }

  /** How far the filters of a grid of stride 1 lie from its centre. */
  private static float[] places(int size) {
    float[] places = new float[size];
    for (int i = 0; i < size; i++) {
      places[i] = (i - (size - 1) / 2f) * (SIZE - 1) / (size - 1);
    }
    return places;
  }

  private Tensor linear(int index, Tensor input) {
    return torch.addmm(parameters[2 * index + 1], input, parameters[2 * index]);
  }

  private record State(Tensor hidden, Tensor cell) {}

  private State step(int index, Tensor input, State state) {
    Tensor gates = linear(index, input);
    Tensor open = torch.sigmoid(gates.narrow(1, 0, 2 * HIDDEN));
    Tensor candidate = torch.tanh(gates.narrow(1, 2 * HIDDEN, HIDDEN));
    Tensor output = torch.sigmoid(gates.narrow(1, 3 * HIDDEN, HIDDEN));
    Tensor kept = open.narrow(1, HIDDEN, HIDDEN).mul(state.cell);
    Tensor cell = torch.addcmul(kept, open.narrow(1, 0, HIDDEN), candidate);
    return new State(output.mul(torch.tanh(cell)), cell);
  }

  private static Tensor joined(Tensor... parts) {
    return torch.cat(new TensorVector(parts), 1);
  }

  /** Both filterbanks of windows {@code [N, 5]}: {@code [N, 2, size, pixels]}, across and down. */
  private Tensor filters(Tensor windows, Tensor places) {
    Tensor centres = windows.narrow(1, 0, 2).add(one).mul(new Scalar((SIZE + 1) / 2f));
    Tensor stride = torch.exp(windows.narrow(1, 3, 1));
    Tensor offsets = stride.mul(places).unsqueeze(1);
    Tensor means = centres.unsqueeze(2).add(offsets).unsqueeze(3);
    Tensor precision = torch.exp(windows.narrow(1, 2, 1).neg()).mul(new Scalar(-0.5f));
    Tensor distance = positions.sub(means);
    return torch.softmax(distance.square().mul(precision.view(BATCH, 1, 1, 1)), 3);
  }

  private Tensor read(Tensor canvas, Tensor hidden) {
    Tensor windows = linear(0, hidden);
    Tensor filters = filters(windows, readPlaces);
    Tensor error = x.sub(torch.sigmoid(canvas));
    Tensor both = torch.cat(new TensorVector(x, error), 2);
    Tensor lines = torch.bmm(filters.select(1, 1), both).view(BATCH, 2 * READ, SIZE);
    Tensor patches = torch.bmm(lines, filters.select(1, 0).transpose(1, 2));
    Tensor ordered = patches.view(BATCH, READ, 2, READ).transpose(1, 2).reshape(BATCH, SEEN);
    return ordered.mul(torch.exp(windows.narrow(1, 4, 1)));
  }

  private Tensor write(Tensor canvas, Tensor hidden) {
    Tensor both = linear(4, hidden);
    Tensor windows = both.narrow(1, WRITE * WRITE, WINDOW);
    Tensor filters = filters(windows, writePlaces);
    Tensor patch = both.narrow(1, 0, WRITE * WRITE).mul(torch.exp(windows.narrow(1, 4, 1).neg()));
    Tensor lines = torch.bmm(patch.view(BATCH, WRITE, WRITE), filters.select(1, 0));
    return torch.baddbmm(canvas, filters.select(1, 1).transpose(1, 2), lines);
  }

  @Override
  Tensor loss(Tensor eps) {
    Tensor canvas = torch.zeros(BATCH, SIZE, SIZE);
    var enc = new State(torch.zeros(BATCH, HIDDEN), torch.zeros(BATCH, HIDDEN));
    var dec = enc;
    Tensor[] codes = new Tensor[GLIMPSES];
    for (int t = 0; t < GLIMPSES; t++) {
      enc = step(1, joined(read(canvas, dec.hidden), dec.hidden, enc.hidden), enc);
      codes[t] = linear(2, enc.hidden);
      Tensor mean = codes[t].narrow(1, 0, LATENT);
      Tensor deviation = torch.exp(codes[t].narrow(1, LATENT, LATENT).mul(half));
      Tensor z = torch.addcmul(mean, deviation, eps.select(0, t));
      dec = step(3, joined(z, dec.hidden), dec);
      canvas = write(canvas, dec.hidden);
    }
    Tensor all = torch.cat(new TensorVector(codes), 0);
    Tensor mean = all.narrow(1, 0, LATENT);
    Tensor logVariance = all.narrow(1, LATENT, LATENT);
    Tensor terms = mean.square().add(torch.exp(logVariance)).sub(logVariance);
    Tensor kl = terms.sum().mul(half).sub(new Scalar(0.5f * mean.numel()));
    Tensor error = torch.binary_cross_entropy_with_logits(canvas, x, unweighted, unweighted, SUM);
    return error.add(kl).mul(new Scalar(1f / BATCH));
  }

  private void update(TensorVector gradients) {
    Scopes.withoutGradients(
        () -> {
          Tensor[] norms = new Tensor[parameters.length];
          for (int i = 0; i < norms.length; i++) {
            norms[i] = gradients.get(i).norm();
          }
          Tensor norm = torch.stack(new TensorVector(norms)).norm();
          Tensor scale =
              torch.clamp(
                  torch.reciprocal(norm).mul(new Scalar(Draw.MOST_NORM)),
                  new ScalarOptional(),
                  new ScalarOptional(one));
          for (int i = 0; i < norms.length; i++) {
            gradients.get(i).mul_(scale);
          }
        });
    adam.step(gradients);
  }

  @Override
  void descend(Tensor loss) {
    update(torch.grad(new TensorVector(loss), wanted));
  }
}
