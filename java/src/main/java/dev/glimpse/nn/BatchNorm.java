package dev.glimpse.nn;

import dev.glimpse.ops.BatchMoments;
import dev.glimpse.ops.BatchNormalize;
import dev.glimpse.ops.Function;
import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Node;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Pointwise;
import dev.glimpse.ops.Scope;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.List;

/**
 * Batch normalisation (Ioffe and Szegedy 2015) over all axes but the last: {@code [.., C]}. In
 * training by the moments of the batch, which also move the running ones; else by the running ones.
 */
public final class BatchNorm implements Layer {
  private static final float EPSILON = 1e-5f;

  /** The weight of a batch in the running moments. */
  private static final float MOMENTUM = 0.1f;

  private final String name;
  private final Parameter weight;
  private final Parameter bias;
  private final Parameter runningMean;
  private final Parameter runningVariance;

  /**
   * @param name of the layer; its parameters are {@code name.weight} and {@code name.bias}, its
   *     statistics {@code name.running_mean} and {@code name.running_var}
   */
  public BatchNorm(String name, int channels) {
    this.name = name;
    Shape shape = Shape.of(channels);
    weight = new Parameter(name + ".weight", shape, Initializer.constant(1));
    bias = new Parameter(name + ".bias", shape, Initializer.constant(0));
    runningMean = new Parameter(name + ".running_mean", shape, Initializer.constant(0));
    runningVariance = new Parameter(name + ".running_var", shape, Initializer.constant(1));
  }

  @Override
  public Tensor apply(Tensor x) {
    return Scope.in(
        name,
        () -> Training.current().map(training -> train(x, training)).orElseGet(() -> infer(x)));
  }

  private Tensor train(Tensor x, Training training) {
    List<Tensor> moments = Node.of(new BatchMoments(EPSILON), List.of(x)).outputs();
    float rows = x.shape().rows();
    Tensor unbiased = Ops.scale(moments.get(1), rows / Math.max(1, rows - 1));
    training.update(runningMean, blend(training.latest(runningMean), moments.get(0)));
    training.update(runningVariance, blend(training.latest(runningVariance), unbiased));
    return Tensor.of(
        new BatchNormalize(), x, moments.get(0), moments.get(2), weight.tensor(), bias.tensor());
  }

  private static Tensor blend(Tensor running, Tensor batch) {
    return Ops.add(Ops.scale(running, 1 - MOMENTUM), Ops.scale(batch, MOMENTUM));
  }

  private Tensor infer(Tensor x) {
    Tensor one = Ops.constant(1, weight.shape());
    Tensor deviation = Ops.sqrt(Ops.shift(runningVariance.tensor(), EPSILON));
    return Tensor.of(
        new Pointwise(Function.NORMALIZE, List.of()),
        x,
        runningMean.tensor(),
        Ops.divide(one, deviation),
        weight.tensor(),
        bias.tensor());
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weight, bias);
  }

  @Override
  public List<Parameter> statistics() {
    return List.of(runningMean, runningVariance);
  }
}
