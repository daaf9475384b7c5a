package dev.glimpse.nn;

import dev.glimpse.ops.Initializer;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Parameter;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import java.util.List;

/** The last layer of an encoder: mean and log-variance out of one product. */
public final class GaussianHead {
  private final Linear linear;
  private final int latent;

  public GaussianHead(String name, int in, int latent) {
    this(name, Shape.of(in), latent);
  }

  /**
   * @param in the shape of an input: {@code [in]}, or flattened images {@code [H, W, C]}
   */
  public GaussianHead(String name, Shape in, int latent) {
    this(name, in, latent, Activation.NONE.initializer(in.size(), 2 * latent));
  }

  private GaussianHead(String name, Shape in, int latent, Initializer initializer) {
    this.linear = new Linear(name, in, Shape.of(2 * latent), Activation.NONE, true, initializer);
    this.latent = latent;
  }

  /** A head whose distributions are standard normal ones before any training. */
  static GaussianHead standard(String name, int in, int latent) {
    return new GaussianHead(name, Shape.of(in), latent, Initializer.constant(0));
  }

  /** {@code [N, in]} to a distribution over {@code [N, latent]}. */
  public Gaussian apply(Tensor x) {
    List<Tensor> parts = Ops.split(linear.apply(x), List.of(latent, latent));
    return new Gaussian(parts.get(0), parts.get(1));
  }

  public List<Parameter> parameters() {
    return linear.parameters();
  }
}
