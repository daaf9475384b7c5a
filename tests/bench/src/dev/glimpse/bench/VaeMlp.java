package dev.glimpse.bench;

import static dev.glimpse.ops.Ops.add;
import static dev.glimpse.ops.Ops.bernoulliCrossEntropy;
import static dev.glimpse.ops.Ops.mean;
import static dev.glimpse.ops.Ops.randomNormal;
import static dev.glimpse.ops.Ops.reparameterise;
import static dev.glimpse.ops.Ops.rowSum;

import dev.glimpse.device.Device;
import dev.glimpse.graph.Objective;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.Activation;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.Linear;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.Adam;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * W1, one training step of a variational auto-encoder: encoder 784-400-400 (ReLU) to mean and
 * log-variance of 20 dimensions, decoder 20-400-400 (ReLU) to 784 logits; Bernoulli cross-entropy
 * summed over pixels plus KL divergence, both averaged over the batch of 100; Adam.
 */
public final class VaeMlp implements Workload {
  public static final int COMPARED = 3;
  public static final int BATCH = 100;
  public static final int PIXELS = 784;
  public static final int HIDDEN = 400;
  public static final int LATENT = 20;
  public static final float LEARNING_RATE = 1e-3f;

  @Override
  public String name() {
    return "W1 vae-mlp";
  }

  /** Of the matrix products: forward, by the weights, and by all inputs but the images. */
  @Override
  public long flops() {
    long first = PIXELS * HIDDEN;
    long weights = 2 * first + 2 * HIDDEN * HIDDEN + 2 * LATENT * HIDDEN + LATENT * HIDDEN;
    return 2L * BATCH * (3 * weights - first);
  }

  @Override
  public Contender ours(Device device) {
    var encoder =
        Sequential.perceptron("encoder", List.of(PIXELS, HIDDEN, HIDDEN), Activation.RELU);
    var posterior = new GaussianHead("posterior", HIDDEN, LATENT);
    var decoder =
        Sequential.perceptron("decoder", List.of(LATENT, HIDDEN, HIDDEN), Activation.RELU);
    var pixels = new Linear("pixels", HIDDEN, PIXELS, Activation.NONE);
    List<Parameter> all =
        Stream.of(
                encoder.parameters(),
                posterior.parameters(),
                decoder.parameters(),
                pixels.parameters())
            .flatMap(List::stream)
            .toList();
    var parameters = new ParameterSet("vae", all);
    Function<Tensor, Objective> withNoise =
        noise -> {
          Tensor x = Tensor.of(new Input("x", Shape.of(BATCH, PIXELS)));
          Gaussian q = posterior.apply(encoder.apply(x));
          Tensor z = reparameterise(q.mean(), q.logVariance(), noise);
          Tensor logits = pixels.apply(decoder.apply(z));
          Tensor loss =
              add(mean(rowSum(bernoulliCrossEntropy(logits, x))), mean(q.klFromStandard()));
          return new Objective("elbo", loss, parameters, new Adam(LEARNING_RATE));
        };
    Shape codes = Shape.of(BATCH, LATENT);
    return new TrainingStep(
        device,
        List.of(parameters),
        () -> List.of(withNoise.apply(randomNormal(codes))),
        () -> List.of(withNoise.apply(Tensor.of(new Input("noise", codes)))),
        Map.of(
            "x", Data.uniform("x", BATCH * PIXELS),
            "noise", Data.normal("noise", BATCH * LATENT)),
        COMPARED);
  }
}
