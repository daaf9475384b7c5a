package dev.glimpse.nn;

import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Tensor;
import java.util.List;

/** The usual activations, each with the initialisation that suits the layer before it. */
public enum Activation implements Layer {
  NONE,
  RELU,
  LEAKY_RELU,
  TANH,
  SIGMOID,
  SOFTPLUS;

  private static final float LEAK = 0.2f;

  @Override
  public Tensor apply(Tensor x) {
    return switch (this) {
      case NONE -> x;
      case RELU -> Ops.relu(x);
      case LEAKY_RELU -> Ops.leakyRelu(x, LEAK);
      case TANH -> Ops.tanh(x);
      case SIGMOID -> Ops.sigmoid(x);
      case SOFTPLUS -> Ops.softplus(x);
    };
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }

  /** He et al. before a rectifier, Glorot and Bengio before anything else. */
  public Initializer initializer(int fanIn, int fanOut) {
    return this == RELU || this == LEAKY_RELU
        ? Initializer.he(fanIn)
        : Initializer.glorot(fanIn, fanOut);
  }
}
