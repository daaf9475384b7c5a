package dev.glimpse.bench;

import dev.glimpse.device.Device;
import dev.glimpse.graph.Gradients;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.List;
import java.util.Map;

/** The mean softmax cross-entropy of a batch, and its gradient by the logits. */
public record CrossEntropy(int rows, int classes) implements Workload {
  @Override
  public String name() {
    return "cross-entropy+grad %dx%d".formatted(rows, classes);
  }

  /** Logits and labels are read and the gradient is written once. */
  @Override
  public long bytes() {
    return 12L * rows * classes;
  }

  @Override
  public Contender ours(Device device) {
    Shape shape = Shape.of(rows, classes);
    Tensor logits = Tensor.of(new Input("logits", shape));
    Tensor labels = Tensor.of(new Input("labels", shape));
    Tensor loss = Ops.mean(Ops.softmaxCrossEntropy(logits, labels));
    Tensor gradient = Gradients.ofTensors(loss, List.of(logits)).get(0);
    var inputs =
        Map.of(
            "logits", Data.normal("logits", rows * classes),
            "labels", Data.oneHot("labels", rows, classes));
    return new KernelRun(device, inputs, loss, gradient);
  }
}
