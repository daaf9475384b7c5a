package com.example;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.bernoulliCrossEntropy;
import static dev.glimpse.ops.Ops.mean;
import static dev.glimpse.ops.Ops.randomNormal;
import static dev.glimpse.ops.Ops.rowSum;
import static dev.glimpse.ops.Ops.sigmoid;

import dev.glimpse.data.Batches;
import dev.glimpse.data.Digits;
import dev.glimpse.device.Device;
import dev.glimpse.device.Devices;
import dev.glimpse.graph.Objective;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.graph.ParameterStore;
import dev.glimpse.graph.Plan;
import dev.glimpse.graph.PlanBuilder;
import dev.glimpse.io.Png;
import dev.glimpse.nn.Activation;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.Linear;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.Adam;
import java.nio.file.Path;
import java.util.List;

/** Trains a variational auto-encoder of its own layers on built-in digits, and draws 16 more. */
public final class OwnLayers {
  /** Takes the picture to write, a PNG file. */
  public static void main(String[] arguments) {
    var encoder = Sequential.perceptron("encoder", List.of(784, 64), Activation.RELU);
    var posterior = new GaussianHead("posterior", 64, 8);
    var decoder = Sequential.perceptron("decoder", List.of(8, 64), Activation.RELU);
    var pixels = new Linear("pixels", 64, 784, Activation.NONE);
    var parameters =
        ParameterSet.of(
            "vae",
            encoder.parameters(),
            posterior.parameters(),
            decoder.parameters(),
            pixels.parameters());

    Tensor x = Tensor.of(new Input("x", Shape.of(50, 784)));
    Gaussian q = posterior.apply(encoder.apply(x));
    Tensor logits = pixels.apply(decoder.apply(q.sample()));
    Tensor loss = add(mean(rowSum(bernoulliCrossEntropy(logits, x))), mean(q.klFromStandard()));

    try (Device device = Devices.open("best");
        var store = new ParameterStore(device, List.of(parameters), 1);
        Plan step =
            new PlanBuilder(store)
                .metric("loss", loss)
                .objective(new Objective("elbo", loss, parameters, new Adam(2e-3f)))
                .build();
        var batches = new Batches(Digits.generate(2000, 1), 50, 1)) {
      for (int epoch = 1; epoch <= 4; epoch++) {
        for (int i = 0; i < batches.batchesPerEpoch(); i++) {
          step.feed("x", batches.next().images()).run();
          step.run();
          step.finish();
        }
        System.out.println("epoch " + epoch + ", loss " + step.latest("loss"));
      }

      Tensor codes = randomNormal(Shape.of(16, 8));
      Tensor samples = sigmoid(pixels.apply(decoder.apply(codes)));
      try (Plan drawing = new PlanBuilder(store).output("samples", samples).build()) {
        drawing.setState(7, 0);
        drawing.run();
        Png.write(Path.of(arguments[0]), Png.grid(drawing.read("samples"), 16, 28, 28, 1, 4, 2));
      }
    }
  }
}
