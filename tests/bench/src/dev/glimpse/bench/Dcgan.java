package dev.glimpse.bench;

import dev.glimpse.device.Device;
import dev.glimpse.graph.Objective;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.Activation;
import dev.glimpse.nn.BatchNorm;
import dev.glimpse.nn.Flatten;
import dev.glimpse.nn.Layer;
import dev.glimpse.nn.Linear;
import dev.glimpse.nn.Reshape;
import dev.glimpse.nn.Sequential;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.Adam;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * W5, one step of a DCGAN (Radford et al. 2016) on 64x64 colour images, for the discriminator and
 * for the generator: four convolutions each, 4x4 with stride 2, and a linear layer.
 *
 * <p>The discriminator sees the images and G(z) one batch after the other: batch statistics are of
 * each. Both losses' gradients come from that one pass, and two Adams apply them after it.
 */
public final class Dcgan implements Workload {
  /**
   * Steps. A rounding error decides on which side of a bend one of a million activations lies, and
   * in the first step Adam moves every weight by the sign of its gradient, however small: so the
   * second step's losses differ by up to 0.03% between any two ways to add, the third's by 0.2%.
   */
  public static final int COMPARED = 2;

  public static final int BATCH = 64;
  public static final int SIZE = 64;
  public static final int COLOURS = 3;
  public static final int LATENT = 100;

  /** Of the outermost hidden layer; each layer further in has twice as many, up to 512. */
  public static final int CHANNELS = 64;

  /** Between the innermost convolution and the linear layer: {@code 4 x 4 x 512}. */
  public static final int FEATURES = SIZE / 16 * (SIZE / 16) * 8 * CHANNELS;

  public static final float SLOPE = 0.2f;
  public static final float LEARNING_RATE = 2e-4f;
  public static final float BETA1 = 0.5f;

  private static final int LAYERS = 4;
  private static final Adam ADAM = new Adam(LEARNING_RATE, BETA1, 0.999f, 1e-8f, 0, 0);

  @Override
  public String name() {
    return "W5 dcgan-64";
  }

  @Override
  public double tolerance() {
    return 1e-3;
  }

  /** Of the products that the gradients need. */
  @Override
  public long flops() {
    long outer = Flops.product(BATCH * SIZE / 2 * SIZE / 2, 16 * COLOURS, CHANNELS);
    long inner = Flops.product(BATCH * SIZE / 4 * SIZE / 4, 16 * CHANNELS, 2 * CHANNELS);
    long code = Flops.product(BATCH, LATENT, FEATURES);
    long verdict = Flops.product(BATCH, FEATURES, 1);
    long generator = 2 * code + 3 * (3 * inner + outer);
    // Twice forward, by the weights and by what is between them; by the images for the generator.
    long discriminator = 2 * (3 * verdict + 9 * inner + 2 * outer) + verdict + 3 * inner + outer;
    return generator + discriminator;
  }

  Map<String, float[]> inputs() {
    return Map.of(
        "x", Data.uniform("x", BATCH * SIZE * SIZE * COLOURS, -1),
        "noise", Data.normal("noise", BATCH * LATENT));
  }

  @Override
  public Contender ours(Device device) {
    var networks = new Networks(CHANNELS, COLOURS);
    var down = new ArrayList<Layer>();
    for (int i = 1; i <= LAYERS; i++) {
      down.add(networks.down("discriminator.conv" + i, i - 1, i == 1));
      if (i > 1) {
        down.add(new BatchNorm("discriminator.norm" + i, CHANNELS << i - 1));
      }
      down.add(Activation.LEAKY_RELU);
    }
    down.add(new Flatten());
    down.add(new Linear("discriminator.linear", FEATURES, 1, Activation.NONE));
    var up = new ArrayList<Layer>();
    int side = SIZE >> LAYERS;
    up.add(networks.linear("generator.linear", LATENT, FEATURES));
    up.add(new Reshape(Shape.of(side, side, FEATURES / (side * side))));
    for (int i = 1; i <= LAYERS; i++) {
      up.add(new BatchNorm("generator.norm" + i, CHANNELS << LAYERS - i));
      up.add(Activation.RELU);
      up.add(networks.up("generator.conv" + i, LAYERS - i, i == LAYERS));
    }
    up.add(Activation.TANH);
    var discriminator = new Sequential(down);
    var generator = new Sequential(up);
    var ofDiscriminator = new ParameterSet("discriminator", discriminator.parameters());
    var ofGenerator = new ParameterSet("generator", generator.parameters());
    var statistics =
        ParameterSet.of("statistics", discriminator.statistics(), generator.statistics());
    Shape codes = Shape.of(BATCH, LATENT);
    Function<Tensor, List<Objective>> step =
        noise -> {
          Tensor x = Tensor.of(new Input("x", Shape.of(BATCH, SIZE, SIZE, COLOURS)));
          Tensor real = discriminator.apply(x);
          Tensor fake = discriminator.apply(generator.apply(noise));
          Tensor telling =
              Ops.add(Ops.mean(Ops.softplus(Ops.negate(real))), Ops.mean(Ops.softplus(fake)));
          return List.of(
              new Objective("discriminator", telling, ofDiscriminator, ADAM),
              new Objective(
                  "generator", Ops.mean(Ops.softplus(Ops.negate(fake))), ofGenerator, ADAM));
        };
    return new TrainingStep(
        device,
        List.of(ofDiscriminator, ofGenerator, statistics),
        () -> step.apply(Ops.randomNormal(codes)),
        () -> step.apply(Tensor.of(new Input("noise", codes))),
        inputs(),
        COMPARED);
  }
}
