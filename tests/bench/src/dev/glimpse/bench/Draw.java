package dev.glimpse.bench;

import dev.glimpse.device.Device;
import dev.glimpse.graph.Objective;
import dev.glimpse.graph.ParameterSet;
import dev.glimpse.nn.Gaussian;
import dev.glimpse.nn.GaussianHead;
import dev.glimpse.nn.GaussianRead;
import dev.glimpse.nn.GaussianWrite;
import dev.glimpse.nn.LstmCell;
import dev.glimpse.nn.LstmCell.State;
import dev.glimpse.ops.Axis;
import dev.glimpse.ops.Input;
import dev.glimpse.ops.Ops;
import dev.glimpse.ops.Shape;
import dev.glimpse.ops.Tensor;
import dev.glimpse.train.Adam;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * W4, one training step of DRAW with attention (Gregor et al. 2015) on 28x28 images: 64 glimpses,
 * LSTMs of 256 units, Bernoulli pixels, the gradient's norm clipped.
 */
public final class Draw implements Workload {
  public static final int COMPARED = 3;
  public static final int BATCH = 100;
  public static final int SIZE = 28;
  public static final int GLIMPSES = 64;
  public static final int HIDDEN = 256;
  public static final int LATENT = 100;
  public static final int READ = 2;
  public static final int WRITE = 5;

  /** What a step sees of image and error image. */
  public static final int SEEN = 2 * READ * READ;

  /** The numbers that place a window. */
  public static final int WINDOW = 5;

  public static final float LEARNING_RATE = 1e-3f;
  public static final float MOST_NORM = 5;

  @Override
  public String name() {
    return "W4 draw";
  }

  /** Of the products with weights: once forward, by the weights, and by all inputs. */
  @Override
  public long flops() {
    long encoder = Flops.product(BATCH, SEEN + 2 * HIDDEN, 4 * HIDDEN);
    long posterior = Flops.product(BATCH, HIDDEN, 2 * LATENT);
    long decoder = Flops.product(BATCH, LATENT + HIDDEN, 4 * HIDDEN);
    long windows = Flops.product(BATCH, HIDDEN, WRITE * WRITE + 2 * WINDOW);
    return 3 * GLIMPSES * (encoder + posterior + decoder + windows);
  }

  private static Map<String, float[]> inputs() {
    return Map.of(
        "x", Data.uniform("x", BATCH * SIZE * SIZE),
        "noise", Data.normal("noise", GLIMPSES * BATCH * LATENT));
  }

  @Override
  public Contender ours(Device device) {
    Shape image = Shape.of(SIZE, SIZE, 1);
    var read = new GaussianRead("read", image, HIDDEN, READ);
    var encoder = new LstmCell("encoder", SEEN + HIDDEN, HIDDEN);
    var posterior = new GaussianHead("posterior", HIDDEN, LATENT);
    var decoder = new LstmCell("decoder", LATENT, HIDDEN);
    var write = new GaussianWrite("write", image, HIDDEN, WRITE, false);
    var parameters =
        ParameterSet.of(
            "draw",
            read.parameters(),
            encoder.parameters(),
            posterior.parameters(),
            decoder.parameters(),
            write.parameters());
    var adam = new Adam(LEARNING_RATE, 0.9f, 0.999f, 1e-8f, 0, MOST_NORM);
    Function<Tensor, List<Objective>> step =
        noise -> {
          Tensor x = Tensor.of(new Input("x", Shape.of(BATCH, SIZE * SIZE)));
          List<Tensor> draws = Ops.split(Axis.FIRST, noise, Collections.nCopies(GLIMPSES, 1));
          Tensor canvas = Ops.constant(0, x.shape());
          State enc = encoder.zeroState(BATCH);
          State dec = decoder.zeroState(BATCH);
          Tensor kl = Ops.constant(0, Shape.of(BATCH, 1));
          for (Tensor draw : draws) {
            Tensor seen = read.apply(x, canvas, dec.hidden());
            enc = encoder.step(Ops.concat(List.of(seen, dec.hidden())), enc);
            Gaussian q = posterior.apply(enc.hidden());
            Tensor eps = Ops.reshape(draw, Shape.of(BATCH, LATENT));
            dec = decoder.step(Ops.reparameterise(q.mean(), q.logVariance(), eps), dec);
            canvas = write.apply(canvas, dec.hidden());
            kl = Ops.add(kl, q.klFromStandard());
          }
          Tensor error = Ops.rowSum(Ops.bernoulliCrossEntropy(canvas, x));
          return List.of(new Objective("bound", Ops.mean(Ops.add(error, kl)), parameters, adam));
        };
    Shape codes = Shape.of(GLIMPSES, BATCH, LATENT);
    return new TrainingStep(
        device,
        List.of(parameters),
        () -> step.apply(Ops.randomNormal(codes)),
        () -> step.apply(Tensor.of(new Input("noise", codes))),
        inputs(),
        COMPARED);
  }
}
