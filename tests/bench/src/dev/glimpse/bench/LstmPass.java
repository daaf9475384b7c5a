package dev.glimpse.bench;

import dev.glimpse.device.Device;
import dev.glimpse.graph.Gradients;
import dev.glimpse.ops.Axis;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An LSTM over a sequence, forward, or with the gradients of a weighted sum of its outputs by input
 * and weights.
 *
 * @param backward whether the gradients are computed too
 * @param steps of the sequence
 * @param batch sequences
 * @param in the width of an input
 * @param hidden units
 */
public record LstmPass(boolean backward, int steps, int batch, int in, int hidden)
    implements Workload {
  @Override
  public String name() {
    return "lstm %dx%d %d->%d %s"
        .formatted(steps, batch, in, hidden, backward ? "forward+backward" : "forward");
  }

  @Override
  public long flops() {
    return (backward ? 3 : 1) * Flops.product((long) steps * batch, in + hidden, 4L * hidden);
  }

  private Map<String, float[]> inputs() {
    return Map.of(
        "x", Data.normal("x", steps * batch * in),
        "ofInput", scaled(Data.normal("ofInput", in * 4 * hidden)),
        "ofHidden", scaled(Data.normal("ofHidden", hidden * 4 * hidden)),
        "bias", Data.normal("bias", 4 * hidden),
        "dy", Data.normal("dy", steps * batch * hidden));
  }

  private float[] scaled(float[] weights) {
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= (float) Math.sqrt(hidden);
    }
    return weights;
  }

  @Override
  public Contender ours(Device device) {
    Tensor x = input("x", steps, batch, in);
    Tensor ofInput = input("ofInput", in, 4 * hidden);
    Tensor ofHidden = input("ofHidden", hidden, 4 * hidden);
    Tensor bias = input("bias", 4 * hidden);
    Tensor weight = Ops.concat(Axis.FIRST, List.of(ofInput, ofHidden));
    Tensor y = Ops.lstmSequence(x, weight, bias);
    if (!backward) {
      var inputs = new HashMap<>(inputs());
      inputs.remove("dy");
      return new KernelRun(device, inputs, y);
    }
    Tensor loss = Ops.sum(Ops.multiply(y, input("dy", steps, batch, hidden)));
    var results = new ArrayList<Tensor>();
    results.add(y);
    results.addAll(Gradients.ofTensors(loss, List.of(x, ofInput, ofHidden, bias)));
    return new KernelRun(device, inputs(), results.toArray(Tensor[]::new));
  }

  private static Tensor input(String name, int... dimensions) {
    return Tensor.of(new Input(name, Shape.of(dimensions)));
  }
}
