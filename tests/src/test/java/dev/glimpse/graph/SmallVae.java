package dev.glimpse.graph;

import dev.glimpse.device.Device;
import dev.glimpse.nn.Activation;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.Linear;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.ops.Variable;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A variational auto-encoder of perceptrons with most of what a model has, as small as it gets. */
final class SmallVae {
  private static final int BATCH = 9;
  private static final int PIXELS = 21;
  private static final int LATENT = 3;

  final Tensor x = Tensor.of(new Input("x", Shape.of(BATCH, PIXELS)));
  final Tensor reconstruction;
  final Tensor kl;
  final Tensor loss;
  final ParameterSet parameters;

  SmallVae() {
    var encoder = Sequential.perceptron("encoder", List.of(PIXELS, 17, 13), Activation.TANH);
    var head = new GaussianHead("head", 13, LATENT);
    var decoder = Sequential.perceptron("decoder", List.of(LATENT, 13, 17), Activation.RELU);
    var last = new Linear("last", 17, PIXELS, Activation.NONE);
    Gaussian latent = head.apply(encoder.apply(x));
    Tensor logits = last.apply(decoder.apply(latent.sample()));
    reconstruction = Ops.mean(Ops.rowSum(Ops.bernoulliCrossEntropy(logits, x)));
    kl = Ops.mean(latent.klFromStandard());
    Tensor weight = Tensor.of(new Variable("kl weight", 0.5f));
    loss = Ops.add(reconstruction, Ops.multiply(weight, kl));
    var all = new ArrayList<Parameter>(encoder.parameters());
    all.addAll(head.parameters());
    all.addAll(decoder.parameters());
    all.addAll(last.parameters());
    parameters = new ParameterSet("vae", all);
  }

  ParameterStore store(Device device, long seed) {
    return new ParameterStore(device, List.of(parameters), seed);
  }

  PlanBuilder step(ParameterStore store, Optimizer optimizer) {
    return new PlanBuilder(store)
        .metric("reconstruction", reconstruction)
        .metric("kl", kl)
        .metric("loss", loss)
        .objective(new Objective("vae", loss, parameters, optimizer));
  }

  /** A batch of pixels. */
  static float[] batch() {
    var random = new SplittableRandom(3);
    float[] pixels = new float[BATCH * PIXELS];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextDouble();
    }
    return pixels;
  }

  /** All parameters, one after another. */
  float[] read(ParameterStore store) {
    float[] values = new float[(int) parameters.count()];
    var all = FloatBuffer.wrap(values);
    parameters.parameters().forEach(parameter -> all.put(store.read(parameter)));
    return values;
  }

  /** The parameters after some steps of a new model. */
  static float[] train(Device device, long seed, int steps, Optimizer optimizer, boolean planned) {
    var vae = new SmallVae();
    try (ParameterStore store = vae.store(device, seed)) {
      PlanBuilder builder = vae.step(store, optimizer);
      try (Plan plan = planned ? builder.build() : builder.eager().build()) {
        plan.setState(seed, 0);
        plan.set("x", batch());
        for (int i = 0; i < steps; i++) {
          plan.run();
        }
        return vae.read(store);
      }
    }
  }
}
